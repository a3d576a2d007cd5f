/* What the simulator needs of a link beside what a firmware calls: its size, and to look into it. */

#include "stetho_link.h"

size_t sim_link_bytes(void)
{
    return sizeof(struct stetho_link);
}

uint32_t sim_streams_begun(const struct stetho_link *link)
{
    return link->streams_begun;
}

bool sim_has_session(const struct stetho_link *link)
{
    return link->greeted;
}

bool sim_is_sending(const struct stetho_link *link)
{
    return link->sending;
}

uint32_t sim_ring_samples(const struct stetho_link *link)
{
    return link->ring_samples;
}

uint32_t sim_packet_samples(const struct stetho_link *link)
{
    return link->stream.packet_samples;
}

/* A ring that forgets earlier than it promised: it holds the newest packets, with that many samples at least. */
void sim_ring_forget(struct stetho_link *link, uint32_t samples)
{
    uint32_t packets = (samples + link->stream.packet_samples - 1) / link->stream.packet_samples;
    if (link->stream.id != 0 && link->ring.open - link->ring.oldest > packets)
        link->ring.oldest = link->ring.open - packets;
}

/* In a simulated world the chest piece may lie otherwise when a stream begins: what STARTED was followed by is not sent
 * yet, and is put right. */
void sim_first_contact(struct stetho_link *link, bool on, uint8_t site)
{
    link->contact_on = on;
    link->site = site;
    for (uint8_t i = 0; i < link->answer_count; i++) {
        struct stetho_answer *answer = &link->answers[i];
        if (answer->type == STETHO_EVENT && answer->as.event.stream_id == link->stream.id) {
            answer->as.event.kind = on ? STETHO_CONTACT_ON : STETHO_CONTACT_OFF;
            answer->as.event.value = on ? site : 0;
        }
    }
}
