/* The newest packets of a stream, in slots of one size (docs/protocol.md, rule R1). */

#include "stetho_link.h"

uint32_t stetho_ring_depth(uint32_t memory_bytes, uint32_t packet_bytes)
{
    uint32_t slots = memory_bytes / packet_bytes;
    return slots > 0 ? slots - 1 : 0;
}

void stetho_ring_begin(struct stetho_ring *ring, uint32_t packet_bytes)
{
    ring->slot_bytes = packet_bytes;
    ring->slots = stetho_ring_depth(ring->memory_bytes, packet_bytes) + 1;
    ring->open++; /* what was open belongs to another stream */
    ring->oldest = ring->open;
    ring->open_slot = 0;
}

void stetho_ring_next(struct stetho_ring *ring)
{
    ring->open++;
    ring->open_slot = ring->open_slot + 1 < ring->slots ? ring->open_slot + 1 : 0;
    if (ring->open - ring->oldest == ring->slots)
        ring->oldest++; /* its slot is the open one now */
}

uint8_t *stetho_ring_packet(const struct stetho_ring *ring, uint32_t number)
{
    uint32_t back = ring->open - number;
    uint32_t slot = back <= ring->open_slot ? ring->open_slot - back : ring->open_slot + ring->slots - back;
    return ring->memory + (size_t)slot * ring->slot_bytes;
}
