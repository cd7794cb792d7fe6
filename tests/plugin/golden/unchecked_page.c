// SPDX-License-Identifier: GPL-2.0-or-later
/* An atomic page used before the test, and one that is tested; the string argument is kept. */
struct zone { const char *name; unsigned int poison; };

void *labyrinth_alloc(struct zone *z, unsigned int quality);
void labyrinth_register_page(struct zone *z, void *page);
void labyrinth_hand_off(struct zone *z, void *page);
void labyrinth_allow(const char *rule, const char *why);
void say(const char *text);
void fill(void *page, int c, unsigned long n);

#define ALLOC(z, q) ({ \
	void *__page = labyrinth_alloc(z, q); \
	if (__page) \
		labyrinth_register_page(z, __page); \
	__page; \
})

void unchecked(struct zone *z)
{
	char *p = ALLOC(z, 1);

	p[8] = 'x';
	say("written");
	labyrinth_hand_off(z, p);
}

void checked(struct zone *z)
{
	void *p = ALLOC(z, 2);

	labyrinth_allow("unchecked-page", "shown here");
	if (!p)
		return;
	fill(p, 0, 4096);
	labyrinth_hand_off(z, p);
}
