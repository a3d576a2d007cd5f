/* The device's half of the stetho link protocol, version 1 (docs/protocol.md), in C99.
 *
 * It allocates nothing, waits for nothing, and knows no clock, no converter and no link: bytes, samples and time come
 * in, frames go out. A device's main loop is
 *
 *     stetho_link_init(&link, &device, ring, sizeof ring);
 *     for (;;) {
 *         stetho_link_receive(&link, bytes, count, now_us);    what the host sent
 *         stetho_link_samples(&link, pcm, count, taken_us);    what the converter took at stetho_link_rate_hz()
 *         if (the link is idle)
 *             hand over stetho_link_send(&link, frame, sizeof frame, now_us) bytes
 *     }
 *
 * and docs/firmware.md has a whole one. Call all of it from one context: it takes no locks. An interrupt hands its
 * samples to the main loop. Copy the .c files and this one into your project; they include string.h and nothing else.
 *
 * Names in brackets are rules of the protocol. */

#ifndef STETHO_LINK_H
#define STETHO_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- 1. Numbers of the protocol ----------------------------------------------------------------------------------- */

#define STETHO_VERSION 1

#define STETHO_MIN_BODY_BYTES 2
#define STETHO_MAX_BODY_BYTES 1024
#define STETHO_MAX_TEXT_BYTES 64
#define STETHO_MAX_RATES 16
#define STETHO_MAX_RATE_HZ 192000
#define STETHO_MAX_CHANNELS 4
#define STETHO_MAX_SAMPLES 1000 /* a channel, in one audio message */
#define STETHO_MAX_PAYLOAD_BYTES 1000
#define STETHO_AUDIO_HEADER_BYTES 24

/* How long the frame of a body is at most: with its CRC, the bytes of COBS, and the zero at its end. */
#define STETHO_FRAME_BYTES(body_bytes) ((body_bytes) + 2 + ((body_bytes) + 2) / 254 + 1 + 1)

enum stetho_type {
    STETHO_HELLO = 0x01,
    STETHO_START = 0x02,
    STETHO_STOP = 0x03,
    STETHO_RESEND_REQUEST = 0x04,
    STETHO_TIME_REQUEST = 0x05,
    STETHO_PING = 0x06,
    STETHO_CAPABILITIES = 0x81,
    STETHO_STARTED = 0x82,
    STETHO_STOPPED = 0x83,
    STETHO_AUDIO = 0x84,
    STETHO_AUDIO_RESENT = 0x85,
    STETHO_RESEND_UNAVAILABLE = 0x86,
    STETHO_TIME_REPLY = 0x87,
    STETHO_EVENT = 0x88,
    STETHO_BATTERY = 0x89,
    STETHO_ERROR = 0x8A,
    STETHO_PONG = 0x8B
};

enum stetho_feature { /* bits */
    STETHO_CONTACT_SENSOR = 0x01,
    STETHO_HAS_BATTERY = 0x02,
    STETHO_SIMULATED = 0x04,
    STETHO_REPLAYED = 0x08,
    STETHO_TIME_SYNC = 0x10
};

enum stetho_codec { STETHO_PCM16 = 0, STETHO_IMA_ADPCM = 1 };

enum stetho_state { STETHO_IDLE = 0, STETHO_STREAMING = 1, STETHO_ENDED = 2 };

enum stetho_stop_reason {
    STETHO_STOP_REQUESTED = 0,
    STETHO_STOP_ENDED = 1,
    STETHO_STOP_BATTERY = 2,
    STETHO_STOP_FAULT = 3,
    STETHO_STOP_TAKEN_OVER = 4
};

enum stetho_error_code {
    STETHO_UNSUPPORTED_VERSION = 1,
    STETHO_BAD_REQUEST = 2,
    STETHO_BUSY = 3,
    STETHO_FAULT = 4,
    STETHO_NO_SESSION = 5
};

enum stetho_event_kind {
    STETHO_CONTACT_ON = 1,
    STETHO_CONTACT_OFF = 2,
    STETHO_BUTTON = 3,
    STETHO_OVERFLOW = 4
};

enum stetho_site { STETHO_SITE_UNKNOWN = 0, STETHO_AV = 1, STETHO_PV = 2, STETHO_TV = 3, STETHO_MV = 4 };

/* --- 2. What your device is --------------------------------------------------------------------------------------- */

/* Stays where it is for as long as the link is used: a constant in flash. Texts are UTF-8, none is NULL, and what goes
 * beyond 64 bytes is not sent; an empty calibration_id says that there is none. */
struct stetho_device {
    const char *product;
    const char *hardware;
    const char *firmware;
    const char *serial_number; /* the same for the device's life [S9] */
    const char *calibration_id;
    const char *const *channels; /* their names, the first "chest" */
    const uint32_t *rates_hz;
    uint8_t channel_count; /* 1 to 4 */
    uint8_t rate_count;    /* 1 to 16 */
    uint8_t codecs;        /* bits: 1 << STETHO_PCM16, 1 << STETHO_IMA_ADPCM */
    uint8_t packet_ms;     /* how much sound an audio message holds: 10 to 40 [B2]; 20 is usual */
    uint16_t features;     /* bits: enum stetho_feature */
};

/* --- 3. Frames [F]: COBS(body + CRC-16), then a zero byte --------------------------------------------------------- */

/* Writes one frame, byte by byte of its body. */
struct stetho_writer {
    uint8_t *out;
    size_t room;
    size_t length;  /* so far; beyond `room` nothing is written, but counted */
    size_t code_at; /* where the open block's length will stand */
    uint16_t crc;
};

void stetho_writer_begin(struct stetho_writer *writer, uint8_t *out, size_t room);
void stetho_writer_put(struct stetho_writer *writer, uint8_t byte);

/* The frame's length, its zero included; as with snprintf it is written in full only where that is at most `room`. */
size_t stetho_writer_end(struct stetho_writer *writer);

/* Reads frames as their bytes come. Of a body it keeps the beginning, which holds all that a host says in version 1;
 * the rest goes through the CRC alone, so later fields [V5] and noise [F4] take no memory. */
#define STETHO_KEPT_BYTES 76 /* a HELLO with the longest name is 73 */

struct stetho_reader {
    uint8_t body[STETHO_KEPT_BYTES];
    uint16_t encoded_bytes; /* of the open frame */
    uint16_t decoded_bytes; /* of it, the CRC included */
    uint16_t crc;           /* of the decoded bytes but the last two */
    uint16_t last_two;      /* which may be the CRC */
    uint8_t block_left;     /* bytes until the open block ends */
    bool zero_due;          /* whether a zero stands between that block and the next */
    uint32_t frames_received, frames_damaged, frames_oversize;
};

void stetho_reader_init(struct stetho_reader *reader);

/* Takes a byte. The length of the body that it ends, of which `body` holds the beginning; 0 for all other bytes. */
size_t stetho_reader_take(struct stetho_reader *reader, uint8_t byte);

/* --- 4. Messages -------------------------------------------------------------------------------------------------- */

/* What a host says. Of its fields those mean something that its type has. */
struct stetho_request {
    uint8_t type;
    uint8_t version;                  /* whose layout the body has; only HELLO is read in another than ours [V2] */
    uint8_t version_min, version_max; /* HELLO */
    uint32_t token;                   /* HELLO's nonce, PING, TIME_REQUEST */
    uint16_t stream_id;               /* START, STOP, RESEND_REQUEST */
    uint8_t codec, channels;          /* START */
    uint32_t rate_hz;                 /* START */
    uint32_t first_sample, samples;   /* RESEND_REQUEST */
};

/* False for what has to be skipped: not known, broken, or a device's own message come back [V4, V6]. `body` is the
 * reader's, all of whose bytes may be looked at; `length` is what the reader said. */
bool stetho_request_read(struct stetho_request *request, const uint8_t *body, size_t length);

/* What a device says, but for audio. */
struct stetho_answer {
    uint8_t type;
    uint32_t after; /* the number of the packet that goes first (section 8) */
    union {
        struct {
            uint32_t nonce, ring_samples;
        } capabilities; /* the rest is the device's description */
        struct {
            uint64_t device_time_us;
            uint32_t rate_hz, first_sample, oldest_sample;
            uint16_t stream_id;
            uint8_t codec, channels;
        } started;
        struct {
            uint32_t stop_sample;
            uint16_t stream_id;
            uint16_t reason; /* its high byte is the reserved one; so is that of PONG's state */
        } stopped;
        struct {
            uint32_t first_sample, samples;
            uint16_t stream_id;
        } resend_unavailable;
        struct {
            uint64_t received_us, sent_us;
            uint32_t token;
        } time_reply;
        struct {
            uint32_t sample, samples;
            uint16_t stream_id;
            uint8_t kind, value;
        } event;
        struct {
            uint16_t millivolts;
            uint8_t percent;
            uint8_t charging;
        } battery;
        struct {
            const char *text;
            uint16_t code;
        } error;
        struct {
            uint32_t token, next_sample;
            uint16_t stream_id;
            uint16_t state;
        } pong;
    } as;
};

/* The frame of an answer: its length, as stetho_writer_end gives it. */
size_t stetho_answer_write(const struct stetho_answer *answer, const struct stetho_device *device, uint8_t *out,
                           size_t room);

/* What stands before an audio message's payload. */
struct stetho_audio {
    uint64_t device_time_us;
    uint32_t sequence, first_sample;
    uint16_t stream_id, samples;
    uint8_t codec, channels;
};

void stetho_audio_write(const struct stetho_audio *audio, uint8_t *body);

uint32_t stetho_audio_first_sample(const uint8_t *body);
uint16_t stetho_audio_samples(const uint8_t *body);
size_t stetho_audio_bytes(const uint8_t *body); /* of the whole body */

/* The frame of a whole body, sent as `type`: its length, as stetho_writer_end gives it. */
size_t stetho_body_write(const uint8_t *body, size_t body_bytes, uint8_t type, uint8_t *out, size_t room);

/* --- 5. Samples [A5, A6] ------------------------------------------------------------------------------------------ */

/* What an IMA-ADPCM coder carries from one sample to the next, and from packet to packet. */
struct stetho_adpcm {
    int16_t predictor;
    uint8_t index; /* 0 to 88 */
};

#define STETHO_ADPCM_STATE_BYTES 4

uint8_t stetho_adpcm_encode(struct stetho_adpcm *coder, int16_t sample); /* the sample's 4 bits */

/* How long a packet's payload is. */
uint16_t stetho_payload_bytes(uint8_t codec, uint8_t channels, uint16_t samples);

/* --- 6. The ring [R1]: the newest packets, as they went on the wire ----------------------------------------------- */

/* Packets are counted from when the device was switched on, through all streams, modulo 2^32. `open` is being filled,
 * [oldest, open) are whole; each is the body of an AUDIO message. The ring is also what live audio waits in. */
struct stetho_ring {
    uint8_t *memory;
    uint32_t memory_bytes;
    uint32_t slot_bytes, slots;
    uint32_t open, oldest;
    uint32_t open_slot;
};

/* How many packets of so many bytes fit into so much memory, besides the one that is being filled. */
uint32_t stetho_ring_depth(uint32_t memory_bytes, uint32_t packet_bytes);

void stetho_ring_begin(struct stetho_ring *ring, uint32_t packet_bytes); /* empty, for packets of that size */
void stetho_ring_next(struct stetho_ring *ring);                         /* the open packet is whole: opens another */
uint8_t *stetho_ring_packet(const struct stetho_ring *ring, uint32_t number); /* one of [oldest, open] */

/* --- 7. The stream: samples into packets -------------------------------------------------------------------------- */

struct stetho_stream {
    uint64_t begun_us;    /* when START came */
    uint64_t next_us;     /* when the next sample is taken */
    uint64_t open_us;     /* when the open packet's first sample was taken */
    uint32_t next_sample; /* its index modulo 2^32; `wrapped` says whether it ever came round */
    uint32_t rate_hz;
    uint32_t sequence; /* of the open packet */
    uint32_t alone;    /* samples taken since the client went */
    uint16_t id;       /* 0: there is no stream */
    uint16_t packet_samples;
    uint16_t filled; /* samples in the open packet */
    uint8_t codec, channels;
    bool ended, wrapped;
    uint8_t stop_reason;
    struct stetho_adpcm coders[STETHO_MAX_CHANNELS];
};

/* How many samples a channel a packet of so many milliseconds holds, within the protocol's bounds. */
uint16_t stetho_packet_samples(uint8_t packet_ms, uint32_t rate_hz, uint8_t codec, uint8_t channels);

/* Begins at sample 0. But for its times, id, rate_hz, codec, channels and packet_samples, `stream` must be zero. */
void stetho_stream_begin(struct stetho_stream *stream, struct stetho_ring *ring);

/* One instant's samples, taken at next_us, into the ring's open packet; whether that is full by it. */
bool stetho_stream_take(struct stetho_stream *stream, const struct stetho_ring *ring, const int16_t *pcm);

/* Makes a packet of what the open one holds, which is something, and opens the next. */
void stetho_stream_cut(struct stetho_stream *stream, struct stetho_ring *ring);

/* --- 8. The link: what your firmware calls ------------------------------------------------------------------------ */

#define STETHO_MAX_ANSWERS 12
#define STETHO_MAX_RESENDS 8 /* [R5] */
#define STETHO_MAX_TIME_REPLIES 4

struct stetho_link {
    const struct stetho_device *device;
    struct stetho_reader reader;
    struct stetho_ring ring;
    struct stetho_stream stream;
    uint32_t ring_samples;  /* what CAPABILITIES promises, at any rate and codec */
    uint32_t streams_begun; /* so that a firmware sees when a new one begins */
    uint32_t live;          /* the next packet to be sent: [live, ring.open) wait */
    uint32_t most_waiting;  /* packets in 2 s [L1] */
    bool greeted;           /* a session has begun */
    bool sending;           /* the client gets what is taken */
    bool contact_on;
    uint8_t site;

    /* What waits. Answers go in order, each after the live packets that were whole before it. */
    struct stetho_answer answers[STETHO_MAX_ANSWERS + 1];       /* the last for what is not said */
    struct stetho_answer time_replies[STETHO_MAX_TIME_REPLIES]; /* before all others [C1] */
    struct stetho_answer overflow;                              /* before the next live packet, if any */
    struct {
        uint32_t next, stop; /* packets */
    } resends[STETHO_MAX_RESENDS]; /* after them */
    uint8_t answer_count, time_reply_count, overflow_count, resend_count;

    struct stetho_answer battery, refusal; /* what was said last; of type 0: none */
};

/* Before anything else. `memory` is the ring: the deeper, the longer a bad link may last; 30 s are recommended, and
 * what fits is what CAPABILITIES promises. Gives the longest frame that stetho_link_send will ever make, which is the
 * room that it needs; 0 where the description breaks a bound or the memory does not hold two packets. */
size_t stetho_link_init(struct stetho_link *link, const struct stetho_device *device, void *memory,
                        size_t memory_bytes);

/* Bytes of the host, cut anywhere [F6]. Times are of one clock that never goes back, in microseconds [A2]. */
void stetho_link_receive(struct stetho_link *link, const uint8_t *bytes, size_t count, uint64_t now_us);

/* The rate at which samples are wanted; 0 for none. Where streams_begun changes, a new stream wants them. */
uint32_t stetho_link_rate_hz(const struct stetho_link *link);

/* How many channels are wanted: the first so many of the device's. */
uint8_t stetho_link_channels(const struct stetho_link *link);

/* Samples that were taken: `count` of each channel, the channels of one instant side by side, the first at taken_us.
 * A block of any size, as the converter gives it. Samples that nobody wants, or that were taken before START came, are
 * left out. */
void stetho_link_samples(struct stetho_link *link, const int16_t *pcm, size_t count, uint64_t taken_us);

/* So many samples could not be taken: their indices stay empty [T2, A1]. */
void stetho_link_skip(struct stetho_link *link, uint32_t count);

/* The next frame to hand to the link: its length, 0 where none waits. Call it when the link can take a frame, which may
 * be cut anywhere on its way [F6, W3]. */
size_t stetho_link_send(struct stetho_link *link, uint8_t *frame, size_t room, uint64_t now_us);

/* The link says that the client is gone [S3]; also after 10 s without a byte, where your battery matters [S6]. */
void stetho_link_client_lost(struct stetho_link *link);

/* Another client came on another connection [W2]: the last frame for the one before it, who is forgotten then. */
size_t stetho_link_taken_over(struct stetho_link *link, uint8_t *frame, size_t room);

/* The chest piece is laid on or lifted off, before the next sample [E2]. For devices with a contact sensor. */
void stetho_link_contact(struct stetho_link *link, bool on, enum stetho_site site);

void stetho_link_button(struct stetho_link *link, uint8_t button);

/* How the battery is: each minute, and when charging begins or ends [E5]; once before the first HELLO [S7]. */
void stetho_link_battery(struct stetho_link *link, uint8_t percent, bool charging, uint16_t millivolts);

/* The stream ends here, and why [T7]. */
void stetho_link_end(struct stetho_link *link, enum stetho_stop_reason reason);

/* From now on START of a new stream is refused with that ERROR [T5], whose text stays where it is; NULL: no longer. */
void stetho_link_refuse(struct stetho_link *link, enum stetho_error_code code, const char *text);

#ifdef __cplusplus
}
#endif

#endif
