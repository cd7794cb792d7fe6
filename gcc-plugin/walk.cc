// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One function -> one skeleton body.
 *
 * Blocks come in reverse post order, so that a definition precedes its uses
 * everywhere but in phi nodes.  Constant arguments of a phi are evaluated at
 * the end of the block they come from; the phi's words are patched last, when
 * all values have their numbers.
 */
#include "extract.h"

static uint32_t block_of(struct lab_gcc_body *b, basic_block bb)
{
	return b->blocks[bb->index];
}

static bool is_abnormal(edge e)
{
	return e->flags & (EDGE_ABNORMAL | EDGE_EH);
}

/* ---- phi nodes --------------------------------------------------------------- */

static void phi(struct lab_gcc_body *b, gphi *p)
{
	tree res = gimple_phi_result(p);
	unsigned int at, n = 0;

	b->w.safe_push(lab_gcc_type(b->x, TREE_TYPE(res)));
	at = b->w.length();
	b->w.safe_push(0);
	for (unsigned int i = 0; i < gimple_phi_num_args(p); i++) {
		uint32_t pred = block_of(b, gimple_phi_arg_edge(p, i)->src);

		if (pred == LAB_NONE)
			continue;
		b->w.safe_push(0);
		b->w.safe_push(pred);
		n++;
	}
	b->w[at] = n;
	b->phis.safe_push(b->f->nins);
	b->vals[SSA_NAME_VERSION(res)] = lab_gcc_ins(b, LAB_OP_PHI);
}

static void phis(struct lab_gcc_body *b, basic_block bb)
{
	b->phi_base[b->cur] = b->phis.length();
	for (gphi_iterator i = gsi_start_phis(bb); !gsi_end_p(i); gsi_next(&i))
		if (!virtual_operand_p(gimple_phi_result(i.phi())))
			phi(b, i.phi());
}

/* What this block hands to the phi nodes of the next one. */
static void phi_args(struct lab_gcc_body *b, edge e)
{
	uint32_t k = 0;

	for (gphi_iterator i = gsi_start_phis(e->dest); !gsi_end_p(i); gsi_next(&i)) {
		struct lab_gcc_phiarg a;

		if (virtual_operand_p(gimple_phi_result(i.phi())))
			continue;
		a.ins = k++;
		a.dest = block_of(b, e->dest);
		a.pred = b->cur;
		a.hint = e->dest_idx;
		a.val = LAB_NONE;
		a.ssa = PHI_ARG_DEF_FROM_EDGE(i.phi(), e);
		if (TREE_CODE(a.ssa) != SSA_NAME || !lab_gcc_has_definition(a.ssa))
			a.val = lab_gcc_value(b, a.ssa);
		b->phiargs.safe_push(a);
	}
}

static void patch_phi(struct lab_gcc_body *b, const struct lab_gcc_phiarg *a)
{
	struct lab_ins *ins = &b->f->ins[b->phis[b->phi_base[a->dest] + a->ins]];
	uint32_t *w = b->f->words + ins->words;
	uint32_t v = a->val;

	if (v == LAB_NONE)
		v = b->vals[SSA_NAME_VERSION(a->ssa)];
	if (v == LAB_NONE) {		/* its block is not reached: what the phi already is */
		lab_gcc_note(b, "unseen-definition");
		v = ins->res;
	}
	/* edges to blocks that are not reached are missing: never further than the hint */
	for (uint32_t i = MIN(a->hint + 1, w[1]); i-- > 0;) {
		if (w[3 + 2 * i] == a->pred) {
			w[2 + 2 * i] = v;
			return;
		}
	}
}

/* ---- terminators ------------------------------------------------------------- */

static void jump(struct lab_gcc_body *b, uint32_t to)
{
	b->w.safe_push(to);
	lab_gcc_ins(b, LAB_OP_JUMP);
}

/* Any successor may follow. */
static void fork_to(struct lab_gcc_body *b, basic_block bb, unsigned int op, uint32_t value)
{
	unsigned int at;
	edge_iterator ei;
	edge e;

	if (op == LAB_OP_GOTO)
		b->w.safe_push(value);
	lab_gcc_push_loc(b);
	at = b->w.length();
	b->w.safe_push(0);
	FOR_EACH_EDGE(e, ei, bb->succs)
		if (e->dest != EXIT_BLOCK_PTR_FOR_FN(b->fn)) {
			b->w.safe_push(block_of(b, e->dest));
			b->w[at]++;
		}
	lab_gcc_ins(b, op);
}

static void cond(struct lab_gcc_body *b, basic_block bb, gcond *s)
{
	tree l = gimple_cond_lhs(s), r = gimple_cond_rhs(s);
	enum tree_code code = gimple_cond_code(s);
	edge yes, no;
	uint32_t v;

	extract_true_false_edges_from_block(bb, &yes, &no);
	if ((code == NE_EXPR || code == EQ_EXPR) && integer_zerop(r) &&
	    INTEGRAL_TYPE_P(TREE_TYPE(l)) && !lab_gcc_bits_known(b, l))
		v = lab_gcc_value(b, l);
	else
		v = lab_gcc_binary(b, code, boolean_type_node, l, r), code = NE_EXPR;
	if (code == EQ_EXPR)
		std::swap(yes, no);
	b->w.safe_push(v);
	lab_gcc_push_loc(b);
	b->w.safe_push(block_of(b, yes->dest));
	b->w.safe_push(block_of(b, no->dest));
	lab_gcc_ins(b, LAB_OP_BR);
}

static uint32_t case_block(struct lab_gcc_body *b, tree label)
{
	return block_of(b, label_to_block(b->fn, CASE_LABEL(label)));
}

static void switch_on(struct lab_gcc_body *b, gswitch *s)
{
	uint32_t v = lab_gcc_value(b, gimple_switch_index(s));
	unsigned int n = gimple_switch_num_labels(s);

	b->w.safe_push(v);
	lab_gcc_push_loc(b);
	b->w.safe_push(case_block(b, gimple_switch_default_label(s)));
	b->w.safe_push(n - 1);
	for (unsigned int i = 1; i < n; i++) {
		tree c = gimple_switch_label(s, i), low = CASE_LOW(c);
		tree high = CASE_HIGH(c) ? CASE_HIGH(c) : low;

		lab_gcc_push64(b, TREE_INT_CST_LOW(low));
		lab_gcc_push64(b, TREE_INT_CST_LOW(high));
		b->w.safe_push(case_block(b, c));
	}
	lab_gcc_ins(b, LAB_OP_SWITCH);
}

static void ret(struct lab_gcc_body *b, greturn *s)
{
	tree r = gimple_return_retval(s);
	uint32_t v = r ? lab_gcc_value(b, r) : 0;

	lab_gcc_push_loc(b);
	b->w.safe_push(r ? 1 : 0);
	if (r)
		b->w.safe_push(v);
	lab_gcc_ins(b, LAB_OP_RET);
}

/* How a block ends that no statement ends: by its edges. */
static void by_edges(struct lab_gcc_body *b, basic_block bb, gimple *last)
{
	unsigned int n = 0;
	basic_block to = NULL;
	edge_iterator ei;
	edge e;

	FOR_EACH_EDGE(e, ei, bb->succs) {
		if (e->dest == EXIT_BLOCK_PTR_FOR_FN(b->fn))
			continue;
		to = e->dest;
		n++;
		if (is_abnormal(e))
			lab_gcc_note(b, e->flags & EDGE_EH ? "eh-edge" : "abnormal-edge");
	}
	b->where = last ? gimple_location(last) : UNKNOWN_LOCATION;
	if (n == 0)
		lab_gcc_ins(b, LAB_OP_STOP);
	else if (n == 1)
		jump(b, block_of(b, to));
	else
		fork_to(b, bb, LAB_OP_FORK, 0);
}

static void terminator(struct lab_gcc_body *b, basic_block bb)
{
	gimple *last = lab_gcc_last_stmt(bb);

	if (last)
		b->where = gimple_location(last);
	switch (last ? gimple_code(last) : GIMPLE_NOP) {
	case GIMPLE_COND:
		cond(b, bb, as_a<gcond *>(last));
		return;
	case GIMPLE_SWITCH:
		switch_on(b, as_a<gswitch *>(last));
		return;
	case GIMPLE_RETURN:
		ret(b, as_a<greturn *>(last));
		return;
	case GIMPLE_GOTO:
		if (computed_goto_p(last)) {
			fork_to(b, bb, LAB_OP_GOTO, lab_gcc_value(b, gimple_goto_dest(last)));
			return;
		}
		break;
	default:
		break;
	}
	by_edges(b, bb, last);
}

/* ---- the function ------------------------------------------------------------ */

static void one_block(struct lab_gcc_body *b, basic_block bb)
{
	edge_iterator ei;
	edge e;

	lab_fn_block(b->x->u, b->f);
	b->cur = block_of(b, bb);
	phis(b, bb);
	for (gimple_stmt_iterator i = gsi_start_bb(bb); !gsi_end_p(i); gsi_next(&i))
		lab_gcc_stmt(b, gsi_stmt(i));
	FOR_EACH_EDGE(e, ei, bb->succs)
		phi_args(b, e);
	terminator(b, bb);
}

/* A loop may begin at the first statement; the entry block has no predecessor. */
static bool needs_entry(struct function *fn)
{
	basic_block first = single_succ(ENTRY_BLOCK_PTR_FOR_FN(fn));

	return !single_pred_p(first);
}

static void entry_block(struct lab_gcc_body *b)
{
	lab_fn_block(b->x->u, b->f);
	b->cur = 0;
	phi_args(b, single_succ_edge(ENTRY_BLOCK_PTR_FOR_FN(b->fn)));
	jump(b, 1);
}

static void number_blocks(struct lab_gcc_body *b, const int *rpo, int n, uint32_t first)
{
	for (int i = 0; i < last_basic_block_for_fn(b->fn); i++)
		b->blocks.safe_push(LAB_NONE);
	b->blocks[ENTRY_BLOCK] = 0;
	for (int i = 0; i < n; i++)
		b->blocks[rpo[i]] = first + i;
	for (uint32_t i = 0; i < first + n; i++)
		b->phi_base.safe_push(0);
	for (unsigned int i = 0; i < SSANAMES(b->fn)->length(); i++)
		b->vals.safe_push(LAB_NONE);
}

static void head(struct lab_gcc_body *b)
{
	struct lab_gcc_unit *x = b->x;
	struct lab_gcc_loc loc, end;

	lab_gcc_locate(x, DECL_SOURCE_LOCATION(b->decl), &loc);
	lab_gcc_locate(x, b->fn->function_end_locus, &end);
	b->f->type = lab_gcc_type(x, TREE_TYPE(b->decl));
	b->f->file = loc.file;
	b->f->line = loc.line;
	b->f->col = loc.col;
	b->f->end_line = end.line;
	for (tree p = DECL_ARGUMENTS(b->decl); p; p = DECL_CHAIN(p))
		lab_fn_param(x->u, b->f, lab_gcc_var_name(x, p), lab_gcc_type(x, TREE_TYPE(p)));
}

void lab_gcc_function(struct lab_gcc_unit *x, struct cgraph_node *node)
{
	struct lab_gcc_body b;
	int *rpo, n;
	bool extra;

	b.x = x;
	b.decl = node->decl;
	b.fn = DECL_STRUCT_FUNCTION(node->decl);
	b.where = b.loc_of = UNKNOWN_LOCATION;
	b.loc.file = LAB_NONE;
	b.loc.line = b.loc.col = b.loc_flags = 0;
	b.want_str = false;
	b.f = lab_fn_new(x->u, lab_gcc_sym(x, node->decl));
	head(&b);
	rpo = XNEWVEC(int, n_basic_blocks_for_fn(b.fn));
	n = pre_and_rev_post_order_compute_fn(b.fn, NULL, rpo, false);
	extra = needs_entry(b.fn);
	number_blocks(&b, rpo, n, extra);
	if (extra)
		entry_block(&b);
	for (int i = 0; i < n; i++)
		one_block(&b, BASIC_BLOCK_FOR_FN(b.fn, rpo[i]));
	XDELETEVEC(rpo);
	for (unsigned int i = 0; i < b.phiargs.length(); i++)
		patch_phi(&b, &b.phiargs[i]);

	lab_fn_reduce(x->u, b.f);
}
