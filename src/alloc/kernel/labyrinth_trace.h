/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tracepoints: events/labyrinth in tracefs. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM labyrinth

#if !defined(LABYRINTH_ALLOC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define LABYRINTH_ALLOC_TRACE_H

#include <linux/tracepoint.h>

int lab_trace_on(void);
void lab_trace_off(void);

/* A page has a new owner. While it is on, every call takes the slow way. */
TRACE_EVENT_FN(labyrinth_page,
	TP_PROTO(const char *zone, const void *page, unsigned int state),
	TP_ARGS(zone, page, state),
	TP_STRUCT__entry(
		__array(char, zone, 24)
		__field(const void *, page)
		__field(unsigned int, state)
	),
	TP_fast_assign(
		memcpy(__entry->zone, zone, 24);
		__entry->page = page;
		__entry->state = state;
	),
	TP_printk("zone=%s page=%p state=%s", __entry->zone, __entry->page,
		__print_symbolic(__entry->state, { 0, "free" }, { 1, "atomic" }, { 2, "handed-off" },
				 { 3, "worker" }, { 4, "absent" }, { 5, "cleaning" })),
	lab_trace_on, lab_trace_off
);

/* An allocation failed; the numbers are those of enum labyrinth_reason. */
TRACE_EVENT(labyrinth_refused,
	TP_PROTO(unsigned int reason),
	TP_ARGS(reason),
	TP_STRUCT__entry(__field(unsigned int, reason)),
	TP_fast_assign(__entry->reason = reason;),
	TP_printk("reason=%s", __print_symbolic(__entry->reason, { 1, "empty" }, { 2, "contended" },
		{ 3, "ctx-nmi" }, { 4, "ctx-rt" }, { 5, "system" }, { 6, "limit" }, { 7, "dying" },
		{ 8, "bad-flag" }, { 9, "bad-zone" }, { 10, "fault-injected" }))
);

/* The worker, or who waits, is woken. */
TRACE_EVENT(labyrinth_kick,
	TP_PROTO(const char *zone),
	TP_ARGS(zone),
	TP_STRUCT__entry(__array(char, zone, 24)),
	TP_fast_assign(memcpy(__entry->zone, zone, 24);),
	TP_printk("zone=%s", __entry->zone)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH kernel
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE labyrinth_trace
#include <trace/define_trace.h>
