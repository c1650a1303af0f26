//! Endpoints that mean harm: each is one way in which a feed could hurt its reader.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};
use futures_util::{StreamExt, stream};
use hyper::StatusCode;
use hyper::header::CONTENT_ENCODING;

use super::answer::{self, Answer, CALENDAR, HTML};
use crate::sample::EMPTY_CALENDAR;

const NESTED_BEGINS: usize = 200_000;
const BOMB_BLOCK_BYTES: usize = 1024 * 1024;
const BOMB_BLOCKS: usize = 1024;
const EVENT: &str = "BEGIN:VEVENT\r\nUID:endless@hostile.example\r\nDTSTAMP:20260101T000000Z\r\n\
    DTSTART:20260101T000000Z\r\nDTEND:20260101T010000Z\r\nEND:VEVENT\r\n";
const PAGE: &str =
    "<!doctype html><html><head><title>Sign in</title></head><body>BEGIN:VCALENDAR</body></html>";

pub(super) fn answer(name: &str) -> Option<Answer> {
    match name {
        "nested-begins.ics" => Some(calendar(nested_begins())),
        "gzip-bomb.ics" => gzip_bomb(),
        "endless.ics" => Some(endless()),
        "slow.ics" => Some(slow()),
        "redirect-private" => Some(answer::redirect("http://169.254.169.254/latest/meta-data/")),
        "redirect-loop" => Some(answer::redirect("/hostile/redirect-loop")),
        "html.ics" => Some(answer::full(StatusCode::OK, HTML, PAGE)),
        "invalid-utf8.ics" => Some(calendar(wrap(b"SUMMARY:\xff\xfe\xc3(\r\n"))),
        "interval-zero.ics" => Some(calendar(wrap(b"RRULE:FREQ=DAILY;INTERVAL=0\r\n"))),
        "endless-rule.ics" => Some(calendar(wrap(b"RRULE:FREQ=SECONDLY\r\n"))),
        _ => None,
    }
}

fn calendar(body: Vec<u8>) -> Answer {
    answer::full(StatusCode::OK, CALENDAR, body)
}

/// One event of 1970 with one more line.
fn wrap(line: &[u8]) -> Vec<u8> {
    let head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//hostile//EN\r\nBEGIN:VEVENT\r\n\
        UID:one@hostile.example\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:19700101T000000Z\r\n\
        DTEND:19700101T000001Z\r\n";
    [head, line, b"END:VEVENT\r\nEND:VCALENDAR\r\n"].concat()
}

fn nested_begins() -> Vec<u8> {
    let mut body = b"BEGIN:VCALENDAR\r\n".to_vec();
    body.extend(b"BEGIN:VEVENT\r\n".repeat(NESTED_BEGINS));
    body
}

/// Events for as long as somebody reads.
fn endless() -> Answer {
    let head = Bytes::from_static(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//hostile//EN\r\n");
    let events = Bytes::from(EVENT.repeat(256));
    let chunks = stream::iter([head]).chain(stream::repeat(events));
    answer::streamed(CALENDAR, chunks.map(Ok))
}

/// A byte a second.
fn slow() -> Answer {
    let drops = stream::iter(EMPTY_CALENDAR.as_bytes().chunks(1)).then(|byte| async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(Bytes::from_static(byte))
    });
    answer::streamed(CALENDAR, drops)
}

/// 1 GiB as one valid gzip stream of about a megabyte. Nothing of the sort is held in memory: a block that was
/// flushed fully needs no other, so that one block stands for all.
fn gzip_bomb() -> Option<Answer> {
    let text = vec![b'A'; BOMB_BLOCK_BYTES];
    let mut block = Vec::with_capacity(64 * 1024);
    Compress::new(Compression::best(), false)
        .compress_vec(&text, &mut block, FlushCompress::Full)
        .ok()?;
    let mut block_sum = crc32fast::Hasher::new();
    block_sum.update(&text);
    let mut sum = crc32fast::Hasher::new();
    for _ in 0..BOMB_BLOCKS {
        sum.combine(&block_sum);
    }
    let size = u32::try_from(BOMB_BLOCK_BYTES * BOMB_BLOCKS).ok()?;
    // RFC 1952: magic, deflate, no flags, no time, no system.
    let head = Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    // RFC 1951: a last, empty, stored block; then CRC32 and length.
    let last = [1, 0, 0, 0xff, 0xff].as_slice();
    let tail = [last, &sum.finalize().to_le_bytes(), &size.to_le_bytes()].concat();
    let blocks = stream::repeat(Bytes::from(block)).take(BOMB_BLOCKS);
    let chunks = stream::iter([head])
        .chain(blocks)
        .chain(stream::iter([tail.into()]));
    let mut answer = answer::streamed(CALENDAR, chunks.map(io::Result::Ok));
    answer::set(&mut answer, CONTENT_ENCODING, "gzip");
    Some(answer)
}
