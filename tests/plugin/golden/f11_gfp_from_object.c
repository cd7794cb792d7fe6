// SPDX-License-Identifier: GPL-2.0-or-later
/* F11: allocation flags kept in an object, or derived from another flag. */
typedef unsigned int gfp_t;
#define GFP_KERNEL ((gfp_t)0xcc0u)
#define GFP_ATOMIC ((gfp_t)0xa20u)
#define CRYPTO_TFM_REQ_MAY_SLEEP 0x200

void *take(unsigned long size, gfp_t gfp);

struct sock { gfp_t allocation; };
struct request { struct { unsigned int flags; } base; };

void *from_socket(struct sock *sk)
{
	return take(64, sk->allocation);
}

void *from_request(struct request *r)
{
	gfp_t gfp = r->base.flags & CRYPTO_TFM_REQ_MAY_SLEEP ? GFP_KERNEL : GFP_ATOMIC;

	return take(32, gfp | 0x100u);
}

void make_atomic(struct sock *sk)
{
	sk->allocation = GFP_ATOMIC;
	sk->allocation |= 0x2000u;
}
