// SPDX-License-Identifier: GPL-2.0-or-later
/* What sshd says of a session in its environment. */

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "network.h"
#include "text.h"

#define SSH_CONNECTION_WORDS 4

/* Parses an address without a zone; an IPv4 one in IPv6 becomes IPv4. */
static int parse_address(const char *text, int *ret_family, uint8_t ret_bytes[static 16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint8_t bytes[16] = { 0 };

	if (inet_pton(AF_INET, text, bytes) == 1) {
		*ret_family = AF_INET;
	} else if (inet_pton(AF_INET6, text, bytes) != 1) {
		return -EINVAL;
	} else if (memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		memmove(bytes, bytes + sizeof(mapped), 4);
		memset(bytes + 4, 0, sizeof(bytes) - 4);
		*ret_family = AF_INET;
	} else {
		*ret_family = AF_INET6;
	}
	memcpy(ret_bytes, bytes, sizeof(bytes));
	return 0;
}

/* Cuts the zone off an address. Returns it, or NULL. */
static char *cut_zone(char *text)
{
	char *zone = strchr(text, '%');

	if (zone == NULL)
		return NULL;
	*zone = '\0';
	return zone + 1;
}

int net_session_parse(const char *text, struct net_session *ret_session)
{
	char *words[SSH_CONNECTION_WORDS + 1], *zone, client[INET6_ADDRSTRLEN];
	_cleanup_free_ char *copy = strdup(text);
	struct net_session session = { 0 };
	uint8_t bytes[16];
	int family;

	if (copy == NULL)
		return -ENOMEM;
	if (text_split(copy, words, ARRAY_SIZE(words)) != SSH_CONNECTION_WORDS)
		return -EINVAL;
	(void)cut_zone(words[0]);
	zone = cut_zone(words[2]);
	if (parse_address(words[0], &family, bytes) < 0 ||
	    parse_address(words[2], &session.family, session.server) < 0 ||
	    inet_ntop(family, bytes, client, sizeof(client)) == NULL)
		return -EINVAL;
	session.client = strdup(client);
	session.zone = zone != NULL ? strdup(zone) : NULL;
	if (session.client == NULL || (zone != NULL && session.zone == NULL)) {
		net_session_free(&session);
		return -ENOMEM;
	}
	*ret_session = session;
	return 0;
}

const char *net_session_word(const struct net_session *session)
{
	return session->by_web ? "web session" : "SSH session";
}

void net_session_free(struct net_session *session)
{
	free(session->client);
	free(session->zone);
}
