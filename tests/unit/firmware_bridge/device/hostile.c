/* Everything that a host and a board could do to a link, at random: hostile SEED COUNT. Built with the sanitizers,
 * which end it where a byte is touched that is not the link's. What it sends must be whole frames that fit. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stetho_link.h"

static uint64_t state;

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016. */
static uint32_t up_to(uint32_t most)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    uint32_t drawn = (uint32_t)(state * 0x2545F4914F6CDD1Du >> 32);
    return most == UINT32_MAX ? drawn : drawn % (most + 1);
}

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static const char *const CHANNELS[] = {"chest", "ambient", "",
                                       "a name that is much longer than the sixty-four bytes that fit into a text"};
static const uint32_t RATES[] = {4000, 1, 192000, 44100};

static struct stetho_device any_device(void)
{
    struct stetho_device device = {
        .product = "Hostile", .hardware = "", .firmware = "0", .serial_number = "H-1", .calibration_id = CHANNELS[3],
        .channels = CHANNELS, .rates_hz = RATES,
        .channel_count = (uint8_t)(1 + up_to(3)), .rate_count = (uint8_t)(1 + up_to(3)),
        .codecs = (uint8_t)(1 + up_to(2)), .packet_ms = (uint8_t)up_to(60), .features = (uint16_t)up_to(0x1F),
    };
    return device;
}

static size_t hostile_body(uint8_t *body)
{
    static const uint8_t TYPES[] = {STETHO_HELLO, STETHO_START, STETHO_STOP, STETHO_RESEND_REQUEST, STETHO_TIME_REQUEST,
                                    STETHO_PING,  STETHO_START, STETHO_RESEND_REQUEST};
    size_t length = 2 + up_to(up_to(9) == 0 ? 1022 : 14);
    uint32_t most = up_to(2) == 0 ? 255 : 1;
    for (size_t i = 0; i < length; i++)
        body[i] = (uint8_t)up_to(most);
    body[0] = up_to(30) == 0 ? (uint8_t)up_to(255) : STETHO_VERSION;
    body[1] = up_to(20) == 0 ? (uint8_t)up_to(255) : TYPES[up_to(7)];
    if (body[1] == STETHO_HELLO && up_to(3) > 0) {
        static const uint8_t HELLO[] = {1, 1, 1, 1, 4, 3, 2, 1, 0};
        memcpy(body, HELLO, length = sizeof HELLO);
    }
    if (body[1] == STETHO_START && up_to(5) > 0) {
        uint8_t start[] = {1, 2, 1, up_to(7) == 0, (uint8_t)up_to(1), (uint8_t)(1 + up_to(3)), 0xA0, 0x0F, 0, 0};
        memcpy(body, start, length = sizeof start);
    }
    if (body[1] == STETHO_RESEND_REQUEST && up_to(5) > 0) {
        uint8_t resend[] = {1, 4, 1, 0, (uint8_t)up_to(255), (uint8_t)up_to(3), 0, 0, (uint8_t)up_to(255), 1, 0, 0};
        resend[3] = body[3] & 1;
        memset(resend + 6, up_to(2) == 0 ? 0xFF : 0, 2);
        memcpy(body, resend, length = sizeof resend);
    }
    return length;
}

static void hear(struct stetho_link *link, uint64_t now_us)
{
    uint8_t body[1024], bytes[1100];
    size_t count = up_to(200);
    if (up_to(4) > 0) {
        size_t length = hostile_body(body);
        count = stetho_body_write(body, length, body[1], bytes, sizeof bytes);
        if (up_to(9) == 0)
            bytes[up_to((uint32_t)count - 1)] ^= (uint8_t)(1 << up_to(7));
    } else {
        for (size_t i = 0; i < count; i++)
            bytes[i] = (uint8_t)up_to(255);
    }
    uint8_t *exact = malloc(count + (count == 0)); /* a byte beyond it is nobody's */
    memcpy(exact, bytes, count);
    stetho_link_receive(link, exact, count, now_us);
    free(exact);
}

static void take_samples(struct stetho_link *link, uint64_t now_us)
{
    size_t count = up_to(up_to(9) == 0 ? 3000 : 90), instant = stetho_link_channels(link);
    int16_t *pcm = malloc(2 * count * instant + 1);
    for (size_t i = 0; i < count * instant; i++)
        pcm[i] = (int16_t)up_to(UINT32_MAX);
    stetho_link_samples(link, pcm, count, now_us);
    free(pcm);
}

static void skip(struct stetho_link *link)
{
    switch (up_to(5)) {
    case 0: stetho_link_skip(link, up_to(UINT32_MAX)); break;
    case 1: stetho_link_skip(link, UINT32_MAX - up_to(2000)); break; /* the indices come round */
    default: stetho_link_skip(link, up_to(90)); break;
    }
}

static void send(struct stetho_link *link, size_t longest, uint64_t now_us)
{
    size_t room = up_to(9) == 0 ? up_to((uint32_t)longest) : longest, length;
    uint8_t *frame = malloc(room + (room == 0));
    struct stetho_reader reader;
    stetho_reader_init(&reader);
    while ((length = stetho_link_send(link, frame, room, now_us)) > 0 && up_to(20) > 0) {
        if (length > room)
            fail("a frame is longer than its room");
        for (size_t i = 0; i < length; i++)
            if ((stetho_reader_take(&reader, frame[i]) > 0) != (i == length - 1))
                fail("what is sent is no whole frame");
    }
    free(frame);
}

static void live(uint32_t happenings)
{
    struct stetho_device device = any_device();
    size_t memory_bytes = up_to(20000), longest;
    uint8_t *memory = malloc(memory_bytes + 1);
    struct stetho_link *link = malloc(sizeof *link);
    longest = stetho_link_init(link, &device, memory, memory_bytes);
    for (uint64_t now_us = up_to(1000); longest > 0 && happenings > 0; happenings--, now_us += up_to(30000)) {
        switch (up_to(40)) {
        case 0: if (up_to(3) == 0) stetho_link_client_lost(link); break;
        case 1: stetho_link_contact(link, up_to(1), (enum stetho_site)up_to(4)); break;
        case 2: stetho_link_button(link, (uint8_t)up_to(255)); break;
        case 3: stetho_link_battery(link, (uint8_t)up_to(255), up_to(1), (uint16_t)up_to(65535)); break;
        case 4: skip(link); break;
        case 5: stetho_link_refuse(link, STETHO_BUSY, up_to(2) == 0 ? "not now" : NULL); break;
        case 6: if (up_to(5) == 0) stetho_link_end(link, (enum stetho_stop_reason)up_to(4)); break;
        case 7: {
            uint8_t last[STETHO_FRAME_BYTES(STETHO_MAX_BODY_BYTES)];
            stetho_link_taken_over(link, last, up_to(sizeof last));
            break;
        }
        case 8: case 9: case 10: case 11: case 12:
            for (uint32_t frames = up_to(up_to(4) == 0 ? 20 : 1); frames > 0; frames--)
                hear(link, now_us);
            break;
        case 13: case 14: case 15: case 16: send(link, longest, now_us); break;
        default: take_samples(link, now_us); break;
        }
    }
    free(link);
    free(memory);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        fail("hostile SEED COUNT");
    state = strtoull(argv[1], NULL, 10) * 2 + 1;
    for (long left = strtol(argv[2], NULL, 10); left > 0; left--)
        live(up_to(600));
    return 0;
}
