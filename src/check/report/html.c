// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One HTML file for a person: findings by file, each chain a foldable path with
 * the lines of the source around each step and its condition in words.
 *
 * It needs no network and, for reading, no script: folding is <details>, the
 * list at the top is links. The few lines of script only filter.
 */
#include <stdlib.h>
#include <string.h>
#include <stb/stb_ds.h>
#include "report.h"

#define AROUND	3	/* lines of source before and behind a step */
#define CHAINS	20	/* chains of a finding that are written out */

/* Split sources, read once each. */
struct text { char *key; struct { char *bytes; char **lines; } value; };

struct page {
	FILE *to;
	bool listing;		/* a list of caveats is open */
	const struct lab_report_options *o;
	struct text *texts;
};

static void escaped(FILE *to, const char *s, size_t n)
{
	for (; n && *s; s++, n--) {
		switch (*s) {
		case '<': fputs("&lt;", to); break;
		case '>': fputs("&gt;", to); break;
		case '&': fputs("&amp;", to); break;
		case '"': fputs("&quot;", to); break;
		default:
			if ((unsigned char)*s >= ' ' || *s == '\t')
				fputc(*s, to);
		}
	}
}

static void text(FILE *to, const char *s)
{
	escaped(to, s, strlen(s));
}

/* ---- source ---------------------------------------------------------------------------- */
static char **lines_of(struct page *p, const char *file)
{
	ptrdiff_t at = shgeti(p->texts, file);
	struct text t = { 0 };
	char *s, *next;

	if (at >= 0)
		return p->texts[at].value.lines;
	t.key = (char *)file;
	t.value.bytes = p->o->source ? p->o->source(p->o->source_ctx, file) : NULL;
	for (s = t.value.bytes; s && *s; s = next) {
		next = strchr(s, '\n');
		arrput(t.value.lines, s);
		if (!next)
			break;
		*next++ = 0;
	}
	shputs(p->texts, t);
	return t.value.lines;
}

static void excerpt(struct page *p, const struct lab_frame *f)
{
	char **lines = lines_of(p, f->file);
	uint32_t n = (uint32_t)arrlen(lines), i, last;

	if (!f->line || f->line > n) {
		fputs("<p class=none>The source is not here.</p>\n", p->to);
		return;
	}
	last = f->line + AROUND < n ? f->line + AROUND : n;
	fputs("<pre>", p->to);
	for (i = f->line > AROUND ? f->line - AROUND : 1; i <= last; i++) {
		fprintf(p->to, i == f->line ? "<mark><i>%u</i>" : "<i>%u</i>", i);
		text(p->to, lines[i - 1]);
		fputs(i == f->line ? "</mark>\n" : "\n", p->to);
	}
	fputs("</pre>\n", p->to);
}

/* ---- a finding --------------------------------------------------------------------------- */
static void step(struct page *p, const struct lab_origin *r, int i)
{
	const struct lab_frame *f = &r->frames[i];
	struct lab_buf b = { 0 };

	lab_say_frame(&b, r, i);
	fprintf(p->to, "<li class=%s><details%s><summary><b>",
		i == lab_say_frames(r) - 1 ? "sleeps" : f->role,
		!i || i == lab_say_frames(r) - 1 ? " open" : "");
	escaped(p->to, (const char *)b.p, b.n);
	free(b.p);
	fputs("</b> <span class=at>", p->to);
	text(p->to, f->file);
	fprintf(p->to, ":%u</span></summary>\n", f->line);
	excerpt(p, f);
	fputs("</details></li>\n", p->to);
}

static void caveat(void *ctx, const char *why)
{
	struct page *p = ctx;

	if (!p->listing)
		fputs("<p class=why>Why it may be wrong:</p>\n<ul class=why>\n", p->to);
	p->listing = true;
	fputs("<li>", p->to);
	text(p->to, why);
	fputs("</li>\n", p->to);
}

static void chain(struct page *p, const struct lab_origin *r, bool open)
{
	fprintf(p->to, "<details class=chain%s><summary>from <code>", open ? " open" : "");
	text(p->to, r->frames[0].function);
	fputs("()</code> (", p->to);
	text(p->to, r->context);
	fprintf(p->to, "), %d step%s%s</summary>\n<ol>\n", lab_say_frames(r),
		lab_say_frames(r) == 1 ? "" : "s", r->doubt ? ", doubtful" : "");
	for (int i = 0; i < lab_say_frames(r); i++)
		step(p, r, i);
	fputs("</ol>\n", p->to);
	p->listing = false;
	lab_origin_caveats(r, caveat, p);
	fputs(p->listing ? "</ul>\n</details>\n" : "</details>\n", p->to);
}

static void finding(struct page *p, const struct lab_finding *f)
{
	int n = arrlen(f->roots);

	fprintf(p->to, "<article id=\"f%s-%u\" class=\"%s%s\">\n<h3><span class=rule>", f->fingerprint,
		f->line, f->doubt ? "low" : "high", f->known ? " known" : "");
	text(p->to, f->rule->id);
	fputs("</span> <code>", p->to);
	text(p->to, f->function);
	fputs("()</code>: ", p->to);
	text(p->to, f->message);
	fputs("</h3>\n<p class=at>", p->to);
	text(p->to, f->file);
	fprintf(p->to, ":%u", f->line);
	if (f->known) {
		fputs(" &middot; known", p->to);
		fputs(*f->known ? ": " : "", p->to);
		text(p->to, f->known);
	}
	fprintf(p->to, " &middot; fingerprint %s</p>\n", f->fingerprint);
	for (int r = 0; r < n && r < CHAINS; r++)
		chain(p, &f->roots[r], !r);
	if (n > CHAINS)
		fprintf(p->to, "<p>and from %d more places: labyrinth check --format=json has them all</p>\n",
			n - CHAINS);
	fputs("</article>\n", p->to);
}

/* ---- root causes ----------------------------------------------------------------------------- */
/* Findings whose first chain becomes atomic at one place are likely mended by one change. */
struct cause { char *key; int *value; };

static char *cause_of(const struct lab_finding *f)
{
	const struct lab_frame *x = &f->roots[0].frames[0];
	struct lab_buf b = { 0 };

	if (x->text)
		lab_buf_puts(&b, x->text);
	else
		lab_buf_printf(&b, "%s() %s (%s)", x->function,
			       strcmp(x->role, "starts") ? "becomes atomic" : "runs in atomic context",
			       f->roots[0].context);
	lab_buf_printf(&b, "%c%s:%u", '\n', x->file, x->line);
	return lab_buf_string(&b);
}

static int by_size(const void *pa, const void *pb)
{
	const struct cause *a = pa, *b = pb;
	int c = (int)(arrlen(b->value) - arrlen(a->value));

	return c ? c : strcmp(a->key, b->key);
}

static void entry(struct page *p, const struct lab_finding *f)
{
	fprintf(p->to, "<li class=\"%s%s\"><a href=\"#f%s-%u\"><code>", f->doubt ? "low" : "high",
		f->known ? " known" : "", f->fingerprint, f->line);
	text(p->to, f->function);
	fputs("()</code> &rarr; <code>", p->to);
	text(p->to, f->callee);
	fputs("()</code></a> <span class=at>", p->to);
	text(p->to, f->file);
	fprintf(p->to, ":%u</span></li>\n", f->line);
}

static void causes(struct page *p, const struct lab_check *c)
{
	struct cause *all = NULL;

	sh_new_strdup(all);
	for (int i = 0; i < arrlen(c->f->all); i++) {
		const struct lab_finding *f = &c->f->all[i];
		char *key = lab_report_tells(p->o, c, f) ? cause_of(f) : NULL;
		int *list = key ? shget(all, key) : NULL;

		if (!key)
			continue;
		arrput(list, i);
		shput(all, key, list);
		free(key);
	}
	if (shlen(all))
		qsort(all, (size_t)shlen(all), sizeof(*all), by_size);
	fputs("<h2>Where it becomes atomic</h2>\n<p>Findings below one place often share one mend.</p>\n"
	      "<ul id=list>\n", p->to);
	for (int i = 0; i < shlen(all); i++) {
		const char *place = strchr(all[i].key, '\n');

		fputs("<li class=cause><b>", p->to);
		escaped(p->to, all[i].key, (size_t)(place - all[i].key));
		fputs("</b> <span class=at>", p->to);
		text(p->to, place + 1);
		fputs("</span>\n<ul>\n", p->to);
		for (int k = 0; k < arrlen(all[i].value); k++)
			entry(p, &c->f->all[all[i].value[k]]);
		fputs("</ul></li>\n", p->to);
		arrfree(all[i].value);
	}
	fputs("</ul>\n", p->to);
	shfree(all);
}

static void others(struct page *p, const struct lab_check *c)
{
	if (arrlen(c->others))
		fputs("<h2>What other tools found</h2>\n<ul>\n", p->to);
	for (int i = 0; i < arrlen(c->others); i++) {
		const struct lab_other *x = &c->others[i];

		fputs("<li><span class=rule>", p->to);
		text(p->to, x->rule);
		fputs("</span> ", p->to);
		text(p->to, x->message);
		fprintf(p->to, " (%s) <span class=at>", x->tool);
		text(p->to, x->file);
		fprintf(p->to, ":%u</span></li>\n", x->line);
	}
	if (arrlen(c->others))
		fputs("</ul>\n", p->to);
}

/* ---- the page ------------------------------------------------------------------------------------ */
static const char style[] =
	"<style>\n"
	":root{color-scheme:light dark;--ink:#1c1c1c;--dim:#666;--paper:#fff;--line:#ddd;--code:#f6f6f4;"
	"--mark:#ffe9a8;--bad:#a4262c;--warn:#8a5a00}\n"
	"@media(prefers-color-scheme:dark){:root{--ink:#e6e6e6;--dim:#a0a0a0;--paper:#181818;--line:#3a3a3a;"
	"--code:#222;--mark:#5a4a10;--bad:#ff8a80;--warn:#e0b050}}\n"
	"body{font:16px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:64rem;"
	"margin:0 auto;padding:1rem;overflow-wrap:anywhere}\n"
	"h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;margin:0}\n"
	"code,pre{font-family:ui-monospace,monospace;font-size:.9em}\n"
	"pre{background:var(--code);padding:.5rem 0;margin:.3rem 0;overflow-x:auto;tab-size:8;white-space:pre}\n"
	"pre i{display:inline-block;width:4.5em;padding-right:1em;text-align:right;color:var(--dim);"
	"font-style:normal;user-select:none}\n"
	"mark{background:var(--mark);color:inherit;display:inline-block;min-width:100%}\n"
	"article{border:1px solid var(--line);border-left:4px solid var(--bad);border-radius:4px;"
	"padding:.8rem 1rem;margin:1rem 0}\n"
	"article.low{border-left-color:var(--warn)}article.known{opacity:.75}\n"
	".at,.none,.why{color:var(--dim);font-size:.875rem}.at{font-family:ui-monospace,monospace}\n"
	"p.at,p.why{margin:.2rem 0}ul.why{margin:0}.rule{color:var(--bad)}.low .rule{color:var(--warn)}\n"
	"ol{padding-left:1.6rem}ul{padding-left:1.2rem}summary{cursor:pointer}li.cause{margin:.6rem 0}\n"
	"li.sleeps>details>summary b{color:var(--bad)}\n"
	"li.low>a:after,li.known>a:after{color:var(--dim);font-size:.875rem}\n"
	"li.low>a:after{content:' (doubtful)'}li.known>a:after{content:' (known)'}\n"
	"#filter{display:none;width:100%;padding:.5rem;font:inherit;box-sizing:border-box}\n"
	".js #filter{display:block}.off{display:none}\n"
	"</style>\n";

static const char script[] =
	"<script>\n"
	"document.documentElement.classList.add('js');\n"
	"document.getElementById('filter').oninput=function(){\n"
	"var words=this.value.toLowerCase().split(/\\s+/),seen=0;\n"
	"function fits(e){var t=e.textContent.toLowerCase();return words.every(function(w){"
	"return t.indexOf(w)>=0})}\n"
	"document.querySelectorAll('article').forEach(function(e){var y=fits(e);seen+=y;"
	"e.classList.toggle('off',!y);\n"
	"var l=document.querySelector('a[href=\"#'+e.id+'\"]');if(l)l.parentNode.classList.toggle('off',!y)});\n"
	"document.querySelectorAll('li.cause').forEach(function(e){"
	"e.classList.toggle('off',!e.querySelector('li:not(.off)'))});\n"
	"document.getElementById('shown').textContent=seen};\n"
	"</script>\n";

static void head(struct page *p, const struct lab_check *c, int shown)
{
	int known = 0;

	for (int i = 0; i < arrlen(c->f->all); i++)
		known += lab_report_tells(p->o, c, &c->f->all[i]) && c->f->all[i].known;
	fputs("<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
	      "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
	      "<title>labyrinth: findings</title>\n", p->to);
	fputs(style, p->to);
	fprintf(p->to, "</head>\n<body>\n<h1>What labyrinth found</h1>\n<p><span id=shown>%d</span> "
		"finding%s", shown, shown == 1 ? "" : "s");
	if (known)
		fprintf(p->to, ", %d of them known", known);
	fprintf(p->to, ", in %u unit%s with %u functions. ", c->cov.units, c->cov.units == 1 ? "" : "s",
		c->cov.functions);
	if (c->cov.doubtful)
		fprintf(p->to, "Left out as doubtful: %u (--all shows them). ", c->cov.doubtful);
	fprintf(p->to, "labyrinth %s.</p>\n", p->o->version);
	if (c->cov.no_facts)
		fprintf(p->to, "<p>%u objects hold no facts and were not looked at.</p>\n", c->cov.no_facts);
	if (!shown)
		fputs("<p>Nothing was found.</p>\n", p->to);
	fputs("<input id=filter type=search placeholder=\"Show only findings with these words\" "
	      "aria-label=\"Show only findings with these words\">\n", p->to);
}

int lab_report_html(FILE *to, const struct lab_check *c, const struct lab_report_options *o)
{
	struct page p = { .to = to, .o = o };
	const char *file = "";
	int shown = 0;

	sh_new_strdup(p.texts);
	for (int i = 0; i < arrlen(c->f->all); i++)
		shown += lab_report_tells(o, c, &c->f->all[i]);
	head(&p, c, shown);
	causes(&p, c);
	for (int i = 0; i < arrlen(c->f->all); i++) {
		const struct lab_finding *f = &c->f->all[i];

		if (!lab_report_tells(o, c, f))
			continue;
		if (strcmp(file, f->file)) {
			fputs("<h2>", to);
			text(to, f->file);
			fputs("</h2>\n", to);
			file = f->file;
		}
		finding(&p, f);
	}
	others(&p, c);
	fputs(script, to);
	fputs("</body>\n</html>\n", to);
	for (int i = 0; i < shlen(p.texts); i++) {
		free(p.texts[i].value.bytes);
		arrfree(p.texts[i].value.lines);
	}
	shfree(p.texts);
	return ferror(to) ? -1 : 0;
}
