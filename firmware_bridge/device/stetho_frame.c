/* Frames: COBS(body + CRC-16), then a zero byte (docs/protocol.md, rules F).
 *
 * COBS: Cheshire and Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Trans. Networking 7(2), 1999.
 * CRC-16/IBM-3740: polynomial 0x1021, start 0xFFFF, not reflected, no final XOR. */

#include <string.h>

#include "stetho_link.h"

#define CRC_START 0xFFFF
#define CRC_BYTES 2
#define LONGEST_BLOCK 0xFF /* its length byte and 254 more */
#define MAX_ENCODED_BYTES (STETHO_FRAME_BYTES(STETHO_MAX_BODY_BYTES) - 1)

static uint16_t crc_of(uint16_t crc, uint8_t byte)
{
    uint32_t sum = (uint32_t)(crc >> 8) | (uint32_t)crc << 8;
    sum = (sum ^ byte) & 0xFFFF;
    sum ^= (sum & 0xFF) >> 4;
    sum ^= sum << 12 & 0xFFFF;
    sum ^= (sum & 0xFF) << 5;
    return (uint16_t)sum;
}

/* --- writing */

static void append(struct stetho_writer *writer, uint8_t byte)
{
    if (writer->length < writer->room)
        writer->out[writer->length] = byte;
    writer->length++;
}

static void open_block(struct stetho_writer *writer)
{
    writer->code_at = writer->length;
    append(writer, 0);
}

static void close_block(struct stetho_writer *writer)
{
    if (writer->code_at < writer->room)
        writer->out[writer->code_at] = (uint8_t)(writer->length - writer->code_at);
}

static void stuff(struct stetho_writer *writer, uint8_t byte)
{
    if (writer->length - writer->code_at == LONGEST_BLOCK) {
        close_block(writer);
        open_block(writer);
    }
    if (byte == 0) {
        close_block(writer);
        open_block(writer);
    } else {
        append(writer, byte);
    }
}

void stetho_writer_begin(struct stetho_writer *writer, uint8_t *out, size_t room)
{
    writer->out = out;
    writer->room = room;
    writer->length = 0;
    writer->crc = CRC_START;
    open_block(writer);
}

void stetho_writer_put(struct stetho_writer *writer, uint8_t byte)
{
    writer->crc = crc_of(writer->crc, byte);
    stuff(writer, byte);
}

size_t stetho_writer_end(struct stetho_writer *writer)
{
    uint16_t crc = writer->crc;
    stuff(writer, (uint8_t)crc);
    stuff(writer, (uint8_t)(crc >> 8));
    close_block(writer);
    append(writer, 0);
    return writer->length;
}

/* --- reading */

static void begin_frame(struct stetho_reader *reader)
{
    reader->encoded_bytes = reader->decoded_bytes = 0;
    reader->crc = CRC_START;
    reader->last_two = 0;
    reader->block_left = 0;
    reader->zero_due = false;
}

void stetho_reader_init(struct stetho_reader *reader)
{
    memset(reader, 0, sizeof *reader);
    begin_frame(reader);
}

/* A byte of body or CRC: which of them, the frame's end will tell. */
static void decoded(struct stetho_reader *reader, uint8_t byte)
{
    if (reader->decoded_bytes >= CRC_BYTES)
        reader->crc = crc_of(reader->crc, (uint8_t)(reader->last_two >> 8));
    reader->last_two = (uint16_t)(reader->last_two << 8 | byte);
    if (reader->decoded_bytes < STETHO_KEPT_BYTES)
        reader->body[reader->decoded_bytes] = byte;
    reader->decoded_bytes++;
}

static size_t end_frame(struct stetho_reader *reader)
{
    uint16_t sent = (uint16_t)(reader->last_two << 8 | reader->last_two >> 8); /* low byte first */
    size_t body_bytes = reader->decoded_bytes - (size_t)CRC_BYTES;
    bool whole = reader->block_left == 0 && reader->decoded_bytes >= CRC_BYTES + STETHO_MIN_BODY_BYTES &&
                 body_bytes <= STETHO_MAX_BODY_BYTES && reader->crc == sent;
    size_t result = 0;
    if (reader->encoded_bytes > MAX_ENCODED_BYTES) {
        reader->frames_oversize++;
    } else if (whole) {
        reader->frames_received++;
        result = body_bytes;
    } else if (reader->encoded_bytes > 0) { /* an empty frame means nothing [F5] */
        reader->frames_damaged++;
    }
    begin_frame(reader);
    return result;
}

size_t stetho_reader_take(struct stetho_reader *reader, uint8_t byte)
{
    if (byte == 0)
        return end_frame(reader);
    if (reader->encoded_bytes > MAX_ENCODED_BYTES)
        return 0; /* too long already: its end is all that matters */
    reader->encoded_bytes++;
    if (reader->block_left > 0) {
        reader->block_left--;
        decoded(reader, byte);
        return 0;
    }
    if (reader->zero_due)
        decoded(reader, 0);
    reader->block_left = (uint8_t)(byte - 1);
    reader->zero_due = byte != LONGEST_BLOCK;
    return 0;
}
