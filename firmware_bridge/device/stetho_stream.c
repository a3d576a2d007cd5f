/* Samples into packets, which are filled where they stay: in the ring (docs/protocol.md, rules A). */

#include <string.h>

#include "stetho_link.h"

uint16_t stetho_packet_samples(uint8_t packet_ms, uint32_t rate_hz, uint8_t codec, uint8_t channels)
{
    uint32_t samples = rate_hz * packet_ms / 1000;
    uint32_t most = STETHO_MAX_PAYLOAD_BYTES / 2u / channels;
    if (codec == STETHO_IMA_ADPCM)
        most = 2 * (STETHO_MAX_PAYLOAD_BYTES / (uint32_t)channels - STETHO_ADPCM_STATE_BYTES);
    if (most > STETHO_MAX_SAMPLES)
        most = STETHO_MAX_SAMPLES;
    return (uint16_t)(samples == 0 ? 1 : samples < most ? samples : most);
}

void stetho_stream_begin(struct stetho_stream *stream, struct stetho_ring *ring)
{
    uint16_t payload_bytes = stetho_payload_bytes(stream->codec, stream->channels, stream->packet_samples);
    stetho_ring_begin(ring, STETHO_AUDIO_HEADER_BYTES + payload_bytes);
}

/* Where a channel begins in an IMA-ADPCM packet of so many samples. */
static uint8_t *adpcm_channel(uint8_t *body, uint8_t channel, uint16_t samples)
{
    return body + STETHO_AUDIO_HEADER_BYTES + stetho_payload_bytes(STETHO_IMA_ADPCM, channel, samples);
}

static void begin_packet(struct stetho_stream *stream, uint8_t *body)
{
    stream->open_us = stream->next_us;
    struct stetho_audio audio = {
        .device_time_us = stream->open_us,
        .sequence = stream->sequence,
        .first_sample = stream->next_sample,
        .stream_id = stream->id,
        .samples = stream->packet_samples,
        .codec = stream->codec,
        .channels = stream->channels,
    };
    stetho_audio_write(&audio, body);
    for (uint8_t channel = 0; stream->codec == STETHO_IMA_ADPCM && channel < stream->channels; channel++) {
        const struct stetho_adpcm *coder = &stream->coders[channel];
        uint8_t *state = adpcm_channel(body, channel, stream->packet_samples);
        state[0] = (uint8_t)coder->predictor;
        state[1] = (uint8_t)((uint16_t)coder->predictor >> 8);
        state[2] = coder->index;
        state[3] = 0;
    }
}

static void add_pcm16(const struct stetho_stream *stream, uint8_t *body, const int16_t *pcm)
{
    uint16_t before = stetho_payload_bytes(STETHO_PCM16, stream->channels, stream->filled);
    uint8_t *at = body + STETHO_AUDIO_HEADER_BYTES + before;
    for (uint8_t channel = 0; channel < stream->channels; channel++) {
        *at++ = (uint8_t)pcm[channel];
        *at++ = (uint8_t)((uint16_t)pcm[channel] >> 8);
    }
}

static void add_adpcm(struct stetho_stream *stream, uint8_t *body, const int16_t *pcm)
{
    for (uint8_t channel = 0; channel < stream->channels; channel++) {
        uint8_t nibble = stetho_adpcm_encode(&stream->coders[channel], pcm[channel]);
        uint8_t *nibbles = adpcm_channel(body, channel, stream->packet_samples) + STETHO_ADPCM_STATE_BYTES;
        uint8_t *at = nibbles + stream->filled / 2;
        if (stream->filled & 1)
            *at |= (uint8_t)(nibble << 4);
        else
            *at = nibble;
    }
}

bool stetho_stream_take(struct stetho_stream *stream, const struct stetho_ring *ring, const int16_t *pcm)
{
    uint8_t *body = stetho_ring_packet(ring, ring->open);
    if (stream->filled == 0)
        begin_packet(stream, body);
    if (stream->codec == STETHO_PCM16)
        add_pcm16(stream, body, pcm);
    else
        add_adpcm(stream, body, pcm);
    if (++stream->next_sample == 0)
        stream->wrapped = true;
    return ++stream->filled == stream->packet_samples;
}

void stetho_stream_cut(struct stetho_stream *stream, struct stetho_ring *ring)
{
    uint8_t *body = stetho_ring_packet(ring, ring->open);
    body[12] = (uint8_t)stream->filled;
    body[13] = (uint8_t)(stream->filled >> 8);
    /* Each channel stands behind the one before it: of a short packet, nearer. */
    for (uint8_t channel = 1; stream->codec == STETHO_IMA_ADPCM && channel < stream->channels; channel++)
        memmove(adpcm_channel(body, channel, stream->filled), adpcm_channel(body, channel, stream->packet_samples),
                stetho_payload_bytes(STETHO_IMA_ADPCM, 1, stream->filled));
    stream->sequence++;
    stream->filled = 0;
    stetho_ring_next(ring);
}
