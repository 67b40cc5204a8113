/*
 * fault.c - lwIP's calls that can fail, failing on demand
 *
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The linker's --wrap leads the calls here.
 */
#include "world.h"

#include <sanitizer/asan_interface.h>

#include "lwip/mem.h"
#include "lwip/memp.h"
#include "lwip/pbuf.h"

static enum fault fault;
static unsigned first, last, calls;

const char *const fault_names[FAULT_COUNT] = {"none", "memp_malloc",
	"mem_malloc", "pbuf_alloc", "tcp_write", "tcp_write for good",
	"tcp_output", "tcp_close", "tcp_shutdown"};

void *__real_memp_malloc(memp_t type);
void *__wrap_memp_malloc(memp_t type);
void __real_memp_free(memp_t type, void *p);
void __wrap_memp_free(memp_t type, void *p);
void *__real_mem_malloc(mem_size_t size);
void *__wrap_mem_malloc(mem_size_t size);
struct pbuf *__real_pbuf_alloc(pbuf_layer layer, u16_t len, pbuf_type type);
struct pbuf *__wrap_pbuf_alloc(pbuf_layer layer, u16_t len, pbuf_type type);
err_t __real_tcp_write(struct tcp_pcb *, const void *, u16_t, u8_t);
err_t __wrap_tcp_write(struct tcp_pcb *, const void *, u16_t, u8_t);
err_t __real_tcp_output(struct tcp_pcb *);
err_t __wrap_tcp_output(struct tcp_pcb *);
err_t __real_tcp_close(struct tcp_pcb *);
err_t __wrap_tcp_close(struct tcp_pcb *);
err_t __real_tcp_shutdown(struct tcp_pcb *, int, int);
err_t __wrap_tcp_shutdown(struct tcp_pcb *, int, int);

void fault_set(enum fault kind, unsigned from, unsigned many)
{
	fault = kind;
	first = from;
	last = from + many - 1;
	calls = 0;
}

unsigned fault_calls(void)
{
	return calls;
}

static bool fails(enum fault kind)
{
	if (fault != kind)
		return false;
	calls++;
	return calls >= first && calls <= last;
}

void *__wrap_memp_malloc(memp_t type)
{
	void *p;

	if (type != MEMP_SYS_TIMEOUT && fails(FAULT_MEMP))
		return NULL;
	p = __real_memp_malloc(type);
	if (p)
		ASAN_UNPOISON_MEMORY_REGION(p, memp_pools[type]->size);
	return p;
}

/* What is used after it was freed is an error; a pool keeps its list in the
 * first octets. */
void __wrap_memp_free(memp_t type, void *p)
{
	const size_t link = 2 * sizeof(void *);
	const size_t size = memp_pools[type]->size;

	if (p && size > link)
		ASAN_POISON_MEMORY_REGION((char *)p + link, size - link);
	__real_memp_free(type, p);
}

void *__wrap_mem_malloc(mem_size_t size)
{
	return fails(FAULT_MEM) ? NULL : __real_mem_malloc(size);
}

struct pbuf *__wrap_pbuf_alloc(pbuf_layer layer, u16_t len, pbuf_type type)
{
	return fails(FAULT_PBUF) ? NULL : __real_pbuf_alloc(layer, len, type);
}

err_t __wrap_tcp_write(
	struct tcp_pcb *pcb, const void *p, u16_t len, u8_t flags)
{
	if (fails(FAULT_BROKEN))
		return ERR_CONN;
	return fails(FAULT_WRITE) ? ERR_MEM
				  : __real_tcp_write(pcb, p, len, flags);
}

err_t __wrap_tcp_output(struct tcp_pcb *pcb)
{
	return fails(FAULT_OUTPUT) ? ERR_MEM : __real_tcp_output(pcb);
}

/* Where no FIN is to be sent, closing needs no memory. */
err_t __wrap_tcp_close(struct tcp_pcb *pcb)
{
	if (pcb->state != ESTABLISHED && pcb->state != CLOSE_WAIT)
		return __real_tcp_close(pcb);
	return fails(FAULT_CLOSE) ? ERR_MEM : __real_tcp_close(pcb);
}

err_t __wrap_tcp_shutdown(struct tcp_pcb *pcb, int rx, int tx)
{
	return fails(FAULT_SHUTDOWN) ? ERR_MEM
				     : __real_tcp_shutdown(pcb, rx, tx);
}
