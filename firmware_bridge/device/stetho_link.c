/* The session and the stream of a device: what is asked, and what is said in which order (docs/protocol.md). */

#include <string.h>

#include "stetho_link.h"

#define WAITING_S 2 /* [L1] */

/* --- what the device is ------------------------------------------------------------------------------------------- */

static bool is_within_bounds(const struct stetho_device *device)
{
    for (uint8_t i = 0; i < device->rate_count; i++)
        if (device->rates_hz[i] < 1 || device->rates_hz[i] > STETHO_MAX_RATE_HZ)
            return false;
    return device->rate_count >= 1 && device->rate_count <= STETHO_MAX_RATES && device->channel_count >= 1 &&
           device->channel_count <= STETHO_MAX_CHANNELS && device->codecs >= 1 && device->codecs <= 3;
}

static bool has_codec(const struct stetho_device *device, uint8_t codec)
{
    return device->codecs >> codec & 1;
}

/* Of one of the streams that may be asked for: its longest body, and how many samples the ring holds of it. */
static void measure(struct stetho_link *link, uint32_t rate_hz, uint8_t codec, uint8_t channels, size_t *longest)
{
    uint16_t samples = stetho_packet_samples(link->device->packet_ms, rate_hz, codec, channels);
    uint32_t bytes = STETHO_AUDIO_HEADER_BYTES + (uint32_t)stetho_payload_bytes(codec, channels, samples);
    uint32_t held = samples * stetho_ring_depth(link->ring.memory_bytes, bytes);
    if (bytes > *longest)
        *longest = bytes;
    if (held < link->ring_samples)
        link->ring_samples = held;
}

size_t stetho_link_init(struct stetho_link *link, const struct stetho_device *device, void *memory,
                        size_t memory_bytes)
{
    memset(link, 0, sizeof *link);
    link->device = device;
    link->ring.memory = memory;
    link->ring.memory_bytes = (uint32_t)memory_bytes;
    link->ring_samples = UINT32_MAX;
    stetho_reader_init(&link->reader);
    if (!is_within_bounds(device))
        return 0;
    link->answers[0].type = STETHO_CAPABILITIES; /* to be measured, not said */
    size_t longest = stetho_answer_write(&link->answers[0], device, NULL, 0);
    for (uint8_t i = 0; i < device->rate_count; i++)
        for (uint8_t channels = 1; channels <= device->channel_count; channels++)
            for (uint8_t codec = 0; codec <= STETHO_IMA_ADPCM; codec++)
                if (has_codec(device, codec))
                    measure(link, device->rates_hz[i], codec, channels, &longest);
    return link->ring_samples == 0 ? 0 : STETHO_FRAME_BYTES(longest);
}

/* --- what waits to be said ---------------------------------------------------------------------------------------- */

/* An answer to be filled in, to be said after the live packets before number `after`. Of a client that floods the
 * device with questions some are not answered [F7]: what is filled in then is one that nobody looks at. */
static struct stetho_answer *say(struct stetho_link *link, uint8_t type, uint32_t after)
{
    struct stetho_answer *answer = &link->answers[link->answer_count];
    if (link->answer_count < STETHO_MAX_ANSWERS)
        link->answer_count++;
    answer->type = type;
    answer->after = after;
    return answer;
}

static struct stetho_answer *say_now(struct stetho_link *link, uint8_t type)
{
    return say(link, type, link->ring.open);
}

static void say_error(struct stetho_link *link, uint16_t code, const char *text)
{
    struct stetho_answer *error = say_now(link, STETHO_ERROR);
    error->as.error.code = code;
    error->as.error.text = text;
}

static void fill_stopped(struct stetho_answer *stopped, uint16_t stream_id, uint8_t reason, uint32_t stop_sample)
{
    stopped->type = STETHO_STOPPED;
    stopped->as.stopped.stream_id = stream_id;
    stopped->as.stopped.reason = reason;
    stopped->as.stopped.stop_sample = stop_sample;
}

static void say_stopped(struct stetho_link *link)
{
    const struct stetho_stream *stream = &link->stream;
    fill_stopped(say_now(link, STETHO_STOPPED), stream->id, stream->stop_reason, stream->next_sample);
}

static void say_unavailable(struct stetho_link *link, const struct stetho_request *request, uint32_t samples)
{
    struct stetho_answer *unavailable = say_now(link, STETHO_RESEND_UNAVAILABLE);
    unavailable->as.resend_unavailable.stream_id = request->stream_id;
    unavailable->as.resend_unavailable.first_sample = request->first_sample;
    unavailable->as.resend_unavailable.samples = samples;
}

static void fill_event(struct stetho_answer *event, uint8_t kind, uint8_t value, uint16_t stream_id, uint32_t sample)
{
    event->type = STETHO_EVENT;
    event->as.event.kind = kind;
    event->as.event.value = value;
    event->as.event.stream_id = stream_id;
    event->as.event.sample = sample;
    event->as.event.samples = 0;
}

/* Of what waits, so that the next is the first. */
static void drop_first(void *items, uint8_t *count, size_t bytes)
{
    (*count)--;
    memmove(items, (uint8_t *)items + bytes, *count * bytes);
}

/* Of packets, which are counted modulo 2^32. */
static bool is_before(uint32_t number, uint32_t other)
{
    return other - number - 1 < 0x7FFFFFFF;
}

/* --- the stream's samples ----------------------------------------------------------------------------------------- */

static uint32_t first_sample_of(const struct stetho_link *link, uint32_t number)
{
    if (number == link->ring.open)
        return link->stream.next_sample - link->stream.filled;
    return stetho_audio_first_sample(stetho_ring_packet(&link->ring, number));
}

/* The oldest packet that waits is not sent; one event says of all that follow each other what went [L1]. */
static void drop_oldest(struct stetho_link *link)
{
    const uint8_t *body = stetho_ring_packet(&link->ring, link->live++);
    uint32_t first_sample = stetho_audio_first_sample(body);
    if (link->overflow_count == 0)
        fill_event(&link->overflow, STETHO_OVERFLOW, 0, link->stream.id, first_sample);
    link->overflow_count = 1;
    link->overflow.as.event.samples = first_sample + stetho_audio_samples(body) - link->overflow.as.event.sample;
}

static void cut(struct stetho_link *link)
{
    if (link->stream.filled == 0)
        return;
    if (link->ring.open - link->live >= link->most_waiting)
        drop_oldest(link);
    stetho_stream_cut(&link->stream, &link->ring);
    if (!link->sending)
        link->live = link->ring.open;
}

static bool is_running(const struct stetho_link *link)
{
    return link->stream.id != 0 && !link->stream.ended;
}

/* Nobody can resume a stream of which the ring holds nothing that was missed: it need not go on [T4]. */
static void forget_if_alone(struct stetho_link *link, uint32_t count)
{
    struct stetho_stream *stream = &link->stream;
    stream->alone = link->sending ? 0 : stream->alone + count;
    if (stream->alone > link->ring.slots * stream->packet_samples)
        stream->id = 0;
}

/* Rounded down, in steps of which none is beyond 32 bits: processors this small divide no 64. */
static uint32_t duration_us(uint32_t samples, uint32_t rate_hz)
{
    uint32_t duration = samples / rate_hz, rest = samples % rate_hz;
    for (int thousands = 0; thousands < 2; thousands++) {
        rest *= 1000;
        duration = duration * 1000 + rest / rate_hz;
        rest %= rate_hz;
    }
    return duration;
}

void stetho_link_samples(struct stetho_link *link, const int16_t *pcm, size_t count, uint64_t taken_us)
{
    struct stetho_stream *stream = &link->stream;
    uint32_t i = 0;
    if (!is_running(link))
        return;
    while (i < count && taken_us + duration_us(i, stream->rate_hz) < stream->begun_us)
        i++; /* taken before START came [T1] */
    for (; i < count; i++) {
        if (stream->filled == 0)
            stream->next_us = taken_us + duration_us(i, stream->rate_hz);
        if (stetho_stream_take(stream, &link->ring, pcm + (size_t)i * stream->channels))
            cut(link);
    }
    stream->next_us = taken_us + duration_us((uint32_t)count, stream->rate_hz);
    forget_if_alone(link, (uint32_t)count);
}

void stetho_link_skip(struct stetho_link *link, uint32_t count)
{
    if (!is_running(link))
        return;
    cut(link);
    link->stream.next_sample += count;
    link->stream.wrapped = link->stream.wrapped || link->stream.next_sample < count;
    link->stream.next_us += duration_us(count, link->stream.rate_hz);
    forget_if_alone(link, count);
}

uint32_t stetho_link_rate_hz(const struct stetho_link *link)
{
    return is_running(link) ? link->stream.rate_hz : 0;
}

uint8_t stetho_link_channels(const struct stetho_link *link)
{
    return is_running(link) ? link->stream.channels : 0;
}

void stetho_link_end(struct stetho_link *link, enum stetho_stop_reason reason)
{
    if (!is_running(link))
        return;
    cut(link);
    link->stream.ended = true;
    link->stream.stop_reason = (uint8_t)reason;
    if (link->sending)
        say_stopped(link);
    link->sending = false;
}

/* --- what happens beside sound ------------------------------------------------------------------------------------ */

static void say_contact(struct stetho_link *link, uint32_t sample, uint32_t after)
{
    uint8_t kind = link->contact_on ? STETHO_CONTACT_ON : STETHO_CONTACT_OFF;
    fill_event(say(link, STETHO_EVENT, after), kind, link->contact_on ? link->site : 0, link->stream.id, sample);
}

/* Before the packet that holds the first sample on the chest, or after the one that holds the last. */
void stetho_link_contact(struct stetho_link *link, bool on, enum stetho_site site)
{
    bool changed = link->contact_on != on || (on && link->site != site);
    link->contact_on = on;
    link->site = (uint8_t)site;
    if (link->sending && changed)
        say_contact(link, link->stream.next_sample, link->ring.open + (!on && link->stream.filled > 0));
}

void stetho_link_button(struct stetho_link *link, uint8_t button)
{
    if (link->sending)
        fill_event(say_now(link, STETHO_EVENT), STETHO_BUTTON, button, link->stream.id, link->stream.next_sample);
}

static void say_battery(struct stetho_link *link)
{
    if (link->greeted && link->battery.type != 0)
        say_now(link, STETHO_BATTERY)->as.battery = link->battery.as.battery;
}

void stetho_link_battery(struct stetho_link *link, uint8_t percent, bool charging, uint16_t millivolts)
{
    link->battery.type = STETHO_BATTERY;
    link->battery.as.battery.percent = percent;
    link->battery.as.battery.charging = charging;
    link->battery.as.battery.millivolts = millivolts;
    say_battery(link);
}

/* --- what is asked ------------------------------------------------------------------------------------------------ */

/* A frame for which there is no room is none. */
static size_t whole(size_t length, size_t room)
{
    return length <= room ? length : 0;
}

void stetho_link_client_lost(struct stetho_link *link)
{
    link->greeted = link->sending = false;
    link->answer_count = link->time_reply_count = link->resend_count = link->overflow_count = 0;
    link->live = link->ring.open;
}

size_t stetho_link_taken_over(struct stetho_link *link, uint8_t *frame, size_t room)
{
    struct stetho_answer stopped;
    bool told = link->sending;
    fill_stopped(&stopped, link->stream.id, STETHO_STOP_TAKEN_OVER, link->stream.next_sample);
    stetho_link_client_lost(link);
    return told ? whole(stetho_answer_write(&stopped, link->device, frame, room), room) : 0;
}

void stetho_link_refuse(struct stetho_link *link, enum stetho_error_code code, const char *text)
{
    link->refusal.type = text == NULL ? 0 : STETHO_ERROR;
    link->refusal.as.error.code = (uint16_t)code;
    link->refusal.as.error.text = text;
}

/* A session begins, and ends the one before it [S2]. */
static void greet(struct stetho_link *link, const struct stetho_request *hello)
{
    bool spoken = hello->version_min <= STETHO_VERSION && STETHO_VERSION <= hello->version_max;
    if (hello->version != STETHO_VERSION || !spoken) {
        say_error(link, STETHO_UNSUPPORTED_VERSION, "this device speaks version 1");
        return;
    }
    stetho_link_client_lost(link);
    link->greeted = true;
    struct stetho_answer *capabilities = say_now(link, STETHO_CAPABILITIES);
    capabilities->as.capabilities.nonce = hello->token;
    capabilities->as.capabilities.ring_samples = link->ring_samples;
    say_battery(link); /* [S7] */
}

/* --- a stream begins, goes on and ends */

static bool is_on_offer(const struct stetho_device *device, const struct stetho_request *start)
{
    bool offered = false;
    for (uint8_t i = 0; i < device->rate_count; i++)
        offered = offered || device->rates_hz[i] == start->rate_hz;
    return offered && has_codec(device, start->codec) && start->channels >= 1 &&
           start->channels <= device->channel_count && start->stream_id != 0;
}

static bool resumes(const struct stetho_stream *stream, const struct stetho_request *start)
{
    return stream->id == start->stream_id && stream->rate_hz == start->rate_hz && stream->codec == start->codec &&
           stream->channels == start->channels;
}

static void begin_stream(struct stetho_link *link, const struct stetho_request *start, uint64_t now_us)
{
    struct stetho_stream *stream = &link->stream;
    memset(stream, 0, sizeof *stream);
    stream->id = start->stream_id;
    stream->rate_hz = start->rate_hz;
    stream->codec = start->codec;
    stream->channels = start->channels;
    stream->packet_samples =
        stetho_packet_samples(link->device->packet_ms, start->rate_hz, start->codec, start->channels);
    stream->begun_us = stream->next_us = now_us;
    stetho_stream_begin(stream, &link->ring);
    link->most_waiting = WAITING_S * stream->rate_hz / stream->packet_samples;
    if (link->most_waiting > link->ring.slots - 1)
        link->most_waiting = link->ring.slots - 1;
    link->live = link->ring.open;
    link->overflow_count = link->resend_count = 0;
    link->streams_begun++;
}

/* Live audio goes on with the open packet: of it AUDIO will bring what was taken already, too. */
static void say_started(struct stetho_link *link)
{
    const struct stetho_stream *stream = &link->stream;
    struct stetho_answer *started = say_now(link, STETHO_STARTED);
    uint32_t first_sample = first_sample_of(link, link->ring.open);
    started->as.started.device_time_us = stream->filled > 0 ? stream->open_us : stream->next_us;
    started->as.started.rate_hz = stream->rate_hz;
    started->as.started.first_sample = first_sample;
    started->as.started.oldest_sample = first_sample_of(link, link->ring.oldest);
    started->as.started.stream_id = stream->id;
    started->as.started.codec = stream->codec;
    started->as.started.channels = stream->channels;
    if (link->device->features & STETHO_CONTACT_SENSOR) /* [E2] */
        say_contact(link, first_sample, link->ring.open);
}

static void start(struct stetho_link *link, const struct stetho_request *request, uint64_t now_us)
{
    bool again = resumes(&link->stream, request);
    if (!is_on_offer(link->device, request)) {
        say_error(link, STETHO_BAD_REQUEST, "this rate, codec, number of channels or id is not on offer");
        return;
    }
    if (!again && link->refusal.type != 0) {
        say_error(link, link->refusal.as.error.code, link->refusal.as.error.text);
        return;
    }
    if (!again)
        begin_stream(link, request, now_us);
    link->sending = !link->stream.ended;
    say_started(link);
    if (link->stream.ended) /* [T12] */
        say_stopped(link);
}

static void stop(struct stetho_link *link, uint16_t stream_id)
{
    if (stream_id == 0 || stream_id != link->stream.id) { /* [T6, T11] */
        fill_stopped(say_now(link, STETHO_STOPPED), stream_id, STETHO_STOP_REQUESTED, 0);
        return;
    }
    bool told = link->sending;
    stetho_link_end(link, STETHO_STOP_REQUESTED);
    if (!told) /* [T10] */
        say_stopped(link);
}

/* How many samples before the next one to be taken a packet begins. */
static uint32_t back_of(const struct stetho_link *link, uint32_t number)
{
    return link->stream.next_sample - first_sample_of(link, number);
}

static void send_packets_again(struct stetho_link *link, uint32_t from, uint32_t to)
{
    if (from == to)
        return;
    if (link->resend_count == STETHO_MAX_RESENDS) /* [R5] */
        drop_first(link->resends, &link->resend_count, sizeof link->resends[0]);
    link->resends[link->resend_count].next = from;
    link->resends[link->resend_count].stop = to;
    link->resend_count++;
}

/* What of a range the ring no longer holds is said to be gone; the packets that hold the rest will be sent [R2, R3].
 * All is reckoned back from the next sample: an index that would lie ahead of it was not taken yet. */
static void resend(struct stetho_link *link, const struct stetho_request *request)
{
    const struct stetho_stream *stream = &link->stream;
    uint32_t back = stream->next_sample - request->first_sample, oldest = back_of(link, link->ring.oldest);
    if (request->stream_id == 0 || request->stream_id != stream->id) { /* [R8] */
        say_unavailable(link, request, request->samples);
        return;
    }
    if (back > INT32_MAX || (back > stream->next_sample && !stream->wrapped))
        return;
    uint32_t end = request->samples < back ? back - request->samples : 0;
    if (back > oldest && back > end)
        say_unavailable(link, request, back - (end > oldest ? end : oldest));

    uint32_t from = link->ring.oldest, to;
    while (from != link->ring.open && back_of(link, from + 1) >= back)
        from++;
    for (to = from; to != link->ring.open && back_of(link, to) > end;)
        to++;
    send_packets_again(link, from, to);
}

static void pong(struct stetho_link *link, uint32_t token)
{
    const struct stetho_stream *stream = &link->stream;
    struct stetho_answer *answer = say_now(link, STETHO_PONG);
    bool there = stream->id != 0;
    answer->as.pong.token = token;
    answer->as.pong.state = !there ? STETHO_IDLE : stream->ended ? STETHO_ENDED : STETHO_STREAMING;
    answer->as.pong.stream_id = stream->id;
    answer->as.pong.next_sample = there ? stream->next_sample : 0;
}

static void note_time(struct stetho_link *link, uint32_t token, uint64_t now_us)
{
    if (link->time_reply_count == STETHO_MAX_TIME_REPLIES) /* [F7] */
        return;
    struct stetho_answer *reply = &link->time_replies[link->time_reply_count++];
    reply->type = STETHO_TIME_REPLY;
    reply->as.time_reply.token = token;
    reply->as.time_reply.received_us = now_us;
}

static void answer(struct stetho_link *link, const struct stetho_request *request, uint64_t now_us)
{
    bool in_session = request->type == STETHO_START || request->type == STETHO_STOP ||
                      request->type == STETHO_RESEND_REQUEST;
    if (in_session && !link->greeted) { /* [S4] */
        say_error(link, STETHO_NO_SESSION, "say HELLO first");
        return;
    }
    switch (request->type) {
    case STETHO_HELLO:
        greet(link, request);
        break;
    case STETHO_START:
        start(link, request, now_us);
        break;
    case STETHO_STOP:
        stop(link, request->stream_id);
        break;
    case STETHO_RESEND_REQUEST:
        resend(link, request);
        break;
    case STETHO_TIME_REQUEST:
        note_time(link, request->token, now_us);
        break;
    case STETHO_PING:
        pong(link, request->token);
        break;
    default:
        break;
    }
}

void stetho_link_receive(struct stetho_link *link, const uint8_t *bytes, size_t count, uint64_t now_us)
{
    struct stetho_request request;
    for (size_t i = 0; i < count; i++) {
        size_t length = stetho_reader_take(&link->reader, bytes[i]);
        if (length > 0 && stetho_request_read(&request, link->reader.body, length))
            answer(link, &request, now_us);
    }
}

/* --- what is said next -------------------------------------------------------------------------------------------- */

static size_t send_first(struct stetho_link *link, struct stetho_answer *answers, uint8_t *count, uint8_t *frame,
                         size_t room)
{
    size_t length = stetho_answer_write(answers, link->device, frame, room);
    drop_first(answers, count, sizeof *answers);
    return length;
}

static size_t send_packet(const struct stetho_link *link, uint32_t number, uint8_t type, uint8_t *frame, size_t room)
{
    const uint8_t *body = stetho_ring_packet(&link->ring, number);
    return stetho_body_write(body, stetho_audio_bytes(body), type, frame, room);
}

/* The next packet that was asked for again; what the ring lost meanwhile will be asked for once more [R6]. */
static size_t send_again(struct stetho_link *link, uint8_t *frame, size_t room)
{
    while (link->resend_count > 0) {
        uint32_t next = link->resends[0].next;
        if (is_before(next, link->ring.oldest))
            next = link->ring.oldest;
        if (is_before(next, link->resends[0].stop)) {
            link->resends[0].next = next + 1;
            return send_packet(link, next, STETHO_AUDIO_RESENT, frame, room);
        }
        drop_first(link->resends, &link->resend_count, sizeof link->resends[0]);
    }
    return 0;
}

static size_t send_next(struct stetho_link *link, uint8_t *frame, size_t room, uint64_t now_us)
{
    if (link->time_reply_count > 0) { /* [C1] */
        link->time_replies[0].as.time_reply.sent_us = now_us;
        return send_first(link, link->time_replies, &link->time_reply_count, frame, room);
    }
    if (link->answer_count > 0 && !is_before(link->live, link->answers[0].after))
        return send_first(link, link->answers, &link->answer_count, frame, room);
    if (link->overflow_count > 0)
        return send_first(link, &link->overflow, &link->overflow_count, frame, room);
    if (is_before(link->live, link->ring.open))
        return send_packet(link, link->live++, STETHO_AUDIO, frame, room);
    return send_again(link, frame, room); /* [R4] */
}

size_t stetho_link_send(struct stetho_link *link, uint8_t *frame, size_t room, uint64_t now_us)
{
    return whole(send_next(link, frame, room, now_us), room);
}
