use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;

use super::*;

const LIMIT_BYTES: usize = 64 * 1024;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn bare(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn read(coding: Coding, sent: &[u8], chunk_bytes: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Body::new(coding, LIMIT_BYTES);
    for chunk in sent.chunks(chunk_bytes) {
        body.push(chunk)?;
    }
    body.finish()
}

#[track_caller]
fn check_decode(coding: Coding, sent: &[u8], reason: &'static str) {
    for chunk_bytes in [1, 7, 1 << 20] {
        assert_eq!(
            read(coding, sent, chunk_bytes),
            Err(FetchError::Decode { reason })
        );
    }
}

#[test]
fn every_coding_reads_back_whatever_the_chunks() {
    let text = b"BEGIN:VCALENDAR\r\n".repeat(3000);
    for chunk_bytes in [1, 3, 1000, 1 << 20] {
        assert_eq!(read(Coding::Identity, &text, chunk_bytes).as_ref(), Ok(&text));
        assert_eq!(read(Coding::Gzip, &gzip(&text), chunk_bytes).as_ref(), Ok(&text));
        assert_eq!(
            read(Coding::Deflate, &zlib(&text), chunk_bytes).as_ref(),
            Ok(&text)
        );
        assert_eq!(
            read(Coding::Deflate, &bare(&text), chunk_bytes).as_ref(),
            Ok(&text)
        );
    }
}

#[test]
fn a_gzip_body_may_have_several_members() {
    let sent = [gzip(b"one "), gzip(b""), gzip(b"two")].concat();
    for chunk_bytes in [1, 20, 1000] {
        assert_eq!(read(Coding::Gzip, &sent, chunk_bytes), Ok(b"one two".to_vec()));
    }
}

#[test]
fn a_body_at_the_limit_passes_and_one_byte_more_does_not() {
    let too_large = FetchError::TooLarge {
        limit_bytes: LIMIT_BYTES,
    };
    let (fits, over) = (vec![b'a'; LIMIT_BYTES], vec![b'a'; LIMIT_BYTES + 1]);
    for chunk_bytes in [100, 1 << 20] {
        assert_eq!(read(Coding::Gzip, &gzip(&fits), chunk_bytes).as_ref(), Ok(&fits));
        assert_eq!(
            read(Coding::Gzip, &gzip(&over), chunk_bytes),
            Err(too_large.clone())
        );
        assert_eq!(read(Coding::Identity, &fits, chunk_bytes).as_ref(), Ok(&fits));
        assert_eq!(read(Coding::Identity, &over, chunk_bytes), Err(too_large.clone()));
    }
}

#[test]
fn a_compressed_body_that_is_cut_or_spoilt_is_no_body() {
    let sent = gzip(&b"some text ".repeat(100));
    check_decode(Coding::Gzip, b"", "ends too early");
    check_decode(Coding::Gzip, &sent[..sent.len() - 1], "ends too early");
    check_decode(Coding::Gzip, &sent[..sent.len() / 2], "ends too early");
    check_decode(Coding::Gzip, b"BEGIN:VCALENDAR", "corrupt");
    check_decode(
        Coding::Gzip,
        &[sent.as_slice(), b"x and more"].concat(),
        "corrupt",
    );
    let mut wrong_sum = sent;
    let at = wrong_sum.len() - 6;
    wrong_sum[at] ^= 1;
    check_decode(Coding::Gzip, &wrong_sum, "corrupt");
    let twice = [zlib(b"a"), zlib(b"b")].concat();
    check_decode(Coding::Deflate, &twice, "goes on after its end");
}

proptest! {
    #[test]
    fn any_bytes_in_any_chunks_end_within_the_limit(
        sent in proptest::collection::vec(any::<u8>(), 0..2000),
        chunk_bytes in 1_usize..300,
    ) {
        for coding in [Coding::Gzip, Coding::Deflate] {
            if let Ok(bytes) = read(coding, &sent, chunk_bytes) {
                prop_assert!(bytes.len() <= LIMIT_BYTES);
            }
        }
    }

    #[test]
    fn a_flipped_bit_never_gives_another_text(
        text in proptest::collection::vec(any::<u8>(), 1..500),
        at in any::<proptest::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let mut sent = gzip(&text);
        // The ten bytes of the head say nothing of the text.
        let at = 10 + at.index(sent.len() - 10);
        sent[at] ^= 1 << bit;
        if let Ok(bytes) = read(Coding::Gzip, &sent, 64) {
            prop_assert_eq!(bytes, text);
        }
    }
}
