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
static uint8_t fixed_bytes(uint8_t type)
{
    static const uint8_t BYTES[] = {
        [STETHO_HELLO] = 9,           [STETHO_START] = 10,       [STETHO_STOP] = 4,
        [STETHO_RESEND_REQUEST] = 12, [STETHO_TIME_REQUEST] = 6, [STETHO_PING] = 6,
    };
    return type < sizeof BYTES ? BYTES[type] : 0;
}

bool stetho_request_read(struct stetho_request *request, const uint8_t *body, size_t length)
{
    bool is_hello = body[1] == STETHO_HELLO;
    request->version = body[0];
    request->type = body[1];
    request->version_min = body[2];
    request->version_max = body[3];
    request->stream_id = u16_at(body + 2);
    request->codec = body[4];
    request->channels = body[5];
    request->rate_hz = u32_at(body + 6);
    request->first_sample = u32_at(body + 4);
    request->samples = u32_at(body + 8);
    request->token = u32_at(body + (is_hello ? 4 : 2));
    if (request->version != STETHO_VERSION)
        return is_hello && length >= 4;
    if (fixed_bytes(request->type) == 0 || length < fixed_bytes(request->type))
        return false;
    if (is_hello)
        return body[8] <= STETHO_MAX_TEXT_BYTES && length >= 9u + body[8];
    return request->type != STETHO_START || request->codec <= STETHO_IMA_ADPCM;
}

/* --- the device's: which field of an answer goes next, and in how many bytes */

struct field {
    uint8_t at, bytes;
};

#define FIELD(name, bytes) {offsetof(struct stetho_answer, as.name), bytes}
#define NO_MORE {0, 0}

static const struct field CAPABILITIES[] = {FIELD(capabilities.nonce, 4), NO_MORE}; /* put_description goes on */
static const struct field STARTED[] = {
    FIELD(started.stream_id, 2),     FIELD(started.codec, 1),          FIELD(started.channels, 1),
    FIELD(started.rate_hz, 4),       FIELD(started.first_sample, 4),   FIELD(started.oldest_sample, 4),
    FIELD(started.device_time_us, 8), NO_MORE,
};
static const struct field STOPPED[] = {
    FIELD(stopped.stream_id, 2), FIELD(stopped.reason, 2), FIELD(stopped.stop_sample, 4), NO_MORE,
};
static const struct field RESEND_UNAVAILABLE[] = {
    FIELD(resend_unavailable.stream_id, 2), FIELD(resend_unavailable.first_sample, 4),
    FIELD(resend_unavailable.samples, 4),   NO_MORE,
};
static const struct field TIME_REPLY[] = {
    FIELD(time_reply.token, 4), FIELD(time_reply.received_us, 8), FIELD(time_reply.sent_us, 8), NO_MORE,
};
static const struct field EVENT[] = {
    FIELD(event.kind, 1),   FIELD(event.value, 1),   FIELD(event.stream_id, 2),
    FIELD(event.sample, 4), FIELD(event.samples, 4), NO_MORE,
};
static const struct field BATTERY[] = {
    FIELD(battery.percent, 1), FIELD(battery.charging, 1), FIELD(battery.millivolts, 2), NO_MORE,
};
static const struct field ERROR[] = {FIELD(error.code, 2), NO_MORE}; /* its text follows */
static const struct field PONG[] = {
    FIELD(pong.token, 4), FIELD(pong.state, 2), FIELD(pong.stream_id, 2), FIELD(pong.next_sample, 4), NO_MORE,
};
static const struct field *const LAYOUTS[] = {
    CAPABILITIES, STARTED, STOPPED, NULL, NULL, RESEND_UNAVAILABLE, TIME_REPLY, EVENT, BATTERY, ERROR, PONG,
};

static void put(struct stetho_writer *writer, uint32_t value, int bytes) /* low byte first */
{
    for (; bytes > 0; bytes--) {
        stetho_writer_put(writer, (uint8_t)value);
        value >>= 8;
    }
}

static void put_text(struct stetho_writer *writer, const char *text)
{
    uint8_t length = 0;
    while (length < STETHO_MAX_TEXT_BYTES && text[length] != 0)
        length++;
    put(writer, length, 1);
    for (; length > 0; length--)
        put(writer, (uint8_t)*text++, 1);
}

static void put_field(struct stetho_writer *writer, const void *value, int bytes)
{
    switch (bytes) {
    case 1:
        put(writer, *(const uint8_t *)value, 1);
        break;
    case 2:
        put(writer, *(const uint16_t *)value, 2);
        break;
    case 4:
        put(writer, *(const uint32_t *)value, 4);
        break;
    default:
        put(writer, (uint32_t)*(const uint64_t *)value, 4);
        put(writer, (uint32_t)(*(const uint64_t *)value >> 32), 4);
        break;
    }
}

static void put_description(struct stetho_writer *writer, const struct stetho_device *device, uint32_t ring_samples)
{
    put(writer, device->features, 2);
    put(writer, device->codecs, 1);
    put(writer, ring_samples, 4);
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
    struct stetho_writer writer;
    const struct field *field = LAYOUTS[answer->type - STETHO_CAPABILITIES];
    stetho_writer_begin(&writer, out, room);
    put(&writer, STETHO_VERSION, 1);
    put(&writer, answer->type, 1);
    if (answer->type == STETHO_CAPABILITIES)
        put(&writer, STETHO_VERSION << 8 | STETHO_VERSION, 2); /* the lowest spoken, and the highest */
    for (; field->bytes > 0; field++)
        put_field(&writer, (const uint8_t *)answer + field->at, field->bytes);
    if (answer->type == STETHO_CAPABILITIES)
        put_description(&writer, device, answer->as.capabilities.ring_samples);
    if (answer->type == STETHO_ERROR)
        put_text(&writer, answer->as.error.text);
    return stetho_writer_end(&writer);
}

/* --- audio */

static void store(uint8_t *bytes, uint32_t value, int count)
{
    for (int i = 0; i < count; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

void stetho_audio_write(const struct stetho_audio *audio, uint8_t *body)
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

uint32_t stetho_audio_first_sample(const uint8_t *body)
{
    return u32_at(body + 8);
}

uint16_t stetho_audio_samples(const uint8_t *body)
{
    return u16_at(body + 12);
}

size_t stetho_audio_bytes(const uint8_t *body)
{
    return STETHO_AUDIO_HEADER_BYTES + (size_t)stetho_payload_bytes(body[14], body[15], stetho_audio_samples(body));
}

size_t stetho_body_write(const uint8_t *body, size_t body_bytes, uint8_t type, uint8_t *out, size_t room)
{
    struct stetho_writer writer;
    stetho_writer_begin(&writer, out, room);
    for (size_t i = 0; i < body_bytes; i++)
        stetho_writer_put(&writer, i == 1 ? type : body[i]);
    return stetho_writer_end(&writer);
}
