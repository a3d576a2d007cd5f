/* Messages: what a host says, read with every bound checked, and what a device says (docs/protocol.md, "Messages"). */

#include <string.h>

#include "stetho_link.h"

static uint16_t u16_at(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t u32_at(const uint8_t *bytes)
{
    return u16_at(bytes) | (uint32_t)u16_at(bytes + 2) << 16;
}

/* --- the host's */

/* How long the fixed fields of a host's message are, its version and type included; 0 for one that is none. */
static size_t fixed_bytes(uint8_t type)
{
    static const uint8_t BYTES[] = {
        [STETHO_HELLO] = 9,           [STETHO_START] = 10,       [STETHO_STOP] = 4,
        [STETHO_RESEND_REQUEST] = 12, [STETHO_TIME_REQUEST] = 6, [STETHO_PING] = 6,
    };
    return type < sizeof BYTES ? BYTES[type] : 0;
}

bool stetho_request_read(struct stetho_request *request, const uint8_t *body, size_t length)
{
    memset(request, 0, sizeof *request);
    if (length < STETHO_MIN_BODY_BYTES)
        return false;
    request->version = body[0];
    request->type = body[1];
    if (request->type == STETHO_HELLO && length >= 4) {
        request->version_min = body[2];
        request->version_max = body[3];
    }
    if (request->version != STETHO_VERSION)
        return request->type == STETHO_HELLO && length >= 4;
    if (fixed_bytes(request->type) == 0 || length < fixed_bytes(request->type))
        return false;
    switch (request->type) {
    case STETHO_HELLO:
        request->token = u32_at(body + 4);
        return body[8] <= STETHO_MAX_TEXT_BYTES && length >= 9u + body[8];
    case STETHO_TIME_REQUEST:
    case STETHO_PING:
        request->token = u32_at(body + 2);
        return true;
    case STETHO_START:
        request->codec = body[4];
        request->channels = body[5];
        request->rate_hz = u32_at(body + 6);
        break;
    case STETHO_RESEND_REQUEST:
        request->first_sample = u32_at(body + 4);
        request->samples = u32_at(body + 8);
        break;
    default:
        break;
    }
    request->stream_id = u16_at(body + 2);
    return request->codec <= STETHO_IMA_ADPCM;
}

/* --- the device's */

static void put(struct stetho_writer *writer, uint32_t value, int bytes) /* low byte first */
{
    for (; bytes > 0; bytes--) {
        stetho_writer_put(writer, (uint8_t)value);
        value >>= 8;
    }
}

static void put_time(struct stetho_writer *writer, uint64_t time_us)
{
    put(writer, (uint32_t)time_us, 4);
    put(writer, (uint32_t)(time_us >> 32), 4);
}

static void put_text(struct stetho_writer *writer, const char *text)
{
    size_t length = strlen(text);
    if (length > STETHO_MAX_TEXT_BYTES)
        length = STETHO_MAX_TEXT_BYTES;
    put(writer, (uint32_t)length, 1);
    for (size_t i = 0; i < length; i++)
        stetho_writer_put(writer, (uint8_t)text[i]);
}

static void put_capabilities(struct stetho_writer *writer, const struct stetho_answer *answer,
                             const struct stetho_device *device)
{
    put(writer, STETHO_VERSION, 1); /* the lowest spoken, and the highest */
    put(writer, STETHO_VERSION, 1);
    put(writer, answer->as.capabilities.nonce, 4);
    put(writer, device->features, 2);
    put(writer, device->codecs, 1);
    put(writer, answer->as.capabilities.ring_samples, 4);
    put(writer, device->rate_count, 1);
    for (uint8_t i = 0; i < device->rate_count; i++)
        put(writer, device->rates_hz[i], 4);
    put(writer, device->channel_count, 1);
    for (uint8_t i = 0; i < device->channel_count; i++)
        put_text(writer, device->channels[i]);
    put_text(writer, device->product);
    put_text(writer, device->hardware);
    put_text(writer, device->firmware);
    put_text(writer, device->serial_number);
    put_text(writer, device->calibration_id);
}

size_t stetho_answer_write(const struct stetho_answer *answer, const struct stetho_device *device, uint8_t *out,
                           size_t room)
{
    struct stetho_writer writer, *to = &writer;
    stetho_writer_begin(to, out, room);
    put(to, STETHO_VERSION, 1);
    put(to, answer->type, 1);
    switch (answer->type) {
    case STETHO_CAPABILITIES:
        put_capabilities(to, answer, device);
        break;
    case STETHO_STARTED:
        put(to, answer->as.started.stream_id, 2);
        put(to, answer->as.started.codec, 1);
        put(to, answer->as.started.channels, 1);
        put(to, answer->as.started.rate_hz, 4);
        put(to, answer->as.started.first_sample, 4);
        put(to, answer->as.started.oldest_sample, 4);
        put_time(to, answer->as.started.device_time_us);
        break;
    case STETHO_STOPPED:
        put(to, answer->as.stopped.stream_id, 2);
        put(to, answer->as.stopped.reason, 1);
        put(to, 0, 1);
        put(to, answer->as.stopped.stop_sample, 4);
        break;
    case STETHO_RESEND_UNAVAILABLE:
        put(to, answer->as.resend_unavailable.stream_id, 2);
        put(to, answer->as.resend_unavailable.first_sample, 4);
        put(to, answer->as.resend_unavailable.samples, 4);
        break;
    case STETHO_TIME_REPLY:
        put(to, answer->as.time_reply.token, 4);
        put_time(to, answer->as.time_reply.received_us);
        put_time(to, answer->as.time_reply.sent_us);
        break;
    case STETHO_EVENT:
        put(to, answer->as.event.kind, 1);
        put(to, answer->as.event.value, 1);
        put(to, answer->as.event.stream_id, 2);
        put(to, answer->as.event.sample, 4);
        put(to, answer->as.event.samples, 4);
        break;
    case STETHO_BATTERY:
        put(to, answer->as.battery.percent, 1);
        put(to, answer->as.battery.charging, 1);
        put(to, answer->as.battery.millivolts, 2);
        break;
    case STETHO_ERROR:
        put(to, answer->as.error.code, 2);
        put_text(to, answer->as.error.text);
        break;
    case STETHO_PONG:
        put(to, answer->as.pong.token, 4);
        put(to, answer->as.pong.state, 1);
        put(to, 0, 1);
        put(to, answer->as.pong.stream_id, 2);
        put(to, answer->as.pong.next_sample, 4);
        break;
    default:
        return 0;
    }
    return stetho_writer_end(to);
}

static void store(uint8_t *bytes, uint32_t value, int count)
{
    for (int i = 0; i < count; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

void stetho_audio_write(const struct stetho_audio *audio, uint8_t body[STETHO_AUDIO_HEADER_BYTES])
{
    body[0] = STETHO_VERSION;
    body[1] = STETHO_AUDIO;
    store(body + 2, audio->stream_id, 2);
    store(body + 4, audio->sequence, 4);
    store(body + 8, audio->first_sample, 4);
    store(body + 12, audio->samples, 2);
    body[14] = audio->codec;
    body[15] = audio->channels;
    store(body + 16, (uint32_t)audio->device_time_us, 4);
    store(body + 20, (uint32_t)(audio->device_time_us >> 32), 4);
}

void stetho_audio_read(struct stetho_audio *audio, const uint8_t body[STETHO_AUDIO_HEADER_BYTES])
{
    audio->stream_id = u16_at(body + 2);
    audio->sequence = u32_at(body + 4);
    audio->first_sample = u32_at(body + 8);
    audio->samples = u16_at(body + 12);
    audio->codec = body[14];
    audio->channels = body[15];
    audio->device_time_us = u32_at(body + 16) | (uint64_t)u32_at(body + 20) << 32;
}

size_t stetho_body_write(const uint8_t *body, size_t body_bytes, uint8_t type, uint8_t *out, size_t room)
{
    struct stetho_writer writer;
    stetho_writer_begin(&writer, out, room);
    for (size_t i = 0; i < body_bytes; i++)
        stetho_writer_put(&writer, i == 1 ? type : body[i]);
    return stetho_writer_end(&writer);
}
