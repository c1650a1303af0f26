//! Reading a body within its limits.

use flate2::{Decompress, FlushDecompress, Status};
use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;

use crate::error::FetchError;
use crate::policy::Limits;

/// How much is decompressed at a time, in bytes.
const STEP_BYTES: usize = 32 * 1024;
/// log2 of deflate's largest window.
const WINDOW_BITS: u8 = 15;

/// Reads and decompresses a whole body. Memory stays below the limit on decompressed bytes plus one chunk.
pub(crate) async fn read(mut response: Response, limits: &Limits) -> Result<Vec<u8>, FetchError> {
    let coding = Coding::of(&response)?;
    let announced = response.content_length().unwrap_or(0);
    if announced > limits.max_sent_bytes as u64 {
        return Err(FetchError::TooLarge {
            limit_bytes: limits.max_sent_bytes,
        });
    }
    let mut body = Body::new(coding, limits.max_body_bytes);
    let mut sent_bytes = 0;
    while let Some(chunk) = response.chunk().await.map_err(|_| FetchError::Incomplete)? {
        sent_bytes += chunk.len();
        if sent_bytes > limits.max_sent_bytes {
            return Err(FetchError::TooLarge {
                limit_bytes: limits.max_sent_bytes,
            });
        }
        body.push(&chunk)?;
    }
    body.finish()
}

/// The content codings that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
    Deflate,
}

impl Coding {
    fn of(response: &Response) -> Result<Self, FetchError> {
        let mut codings = response.headers().get_all(CONTENT_ENCODING).iter();
        let coding = match (codings.next(), codings.next()) {
            (None, _) => return Ok(Self::Identity),
            (Some(coding), None) => coding.to_str().unwrap_or_default(),
            // A body that is compressed twice serves nobody but an attacker.
            (Some(_), Some(_)) => "",
        };
        match coding.trim().to_ascii_lowercase().as_str() {
            "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "deflate" => Ok(Self::Deflate),
            _ => Err(FetchError::Decode {
                reason: "unknown content coding",
            }),
        }
    }
}

/// A body in the making.
struct Body {
    coding: Coding,
    limit_bytes: usize,
    bytes: Vec<u8>,
    stream: Option<Decompress>,
    step: Box<[u8]>,
    has_ended: bool,
}

impl Body {
    fn new(coding: Coding, limit_bytes: usize) -> Self {
        let step_bytes = if coding == Coding::Identity { 0 } else { STEP_BYTES };
        Self {
            coding,
            limit_bytes,
            bytes: Vec::new(),
            stream: None,
            step: vec![0; step_bytes].into_boxed_slice(),
            has_ended: false,
        }
    }

    fn push(&mut self, mut input: &[u8]) -> Result<(), FetchError> {
        if self.coding == Coding::Identity {
            return append(&mut self.bytes, input, self.limit_bytes);
        }
        while let Some(first) = input.first() {
            let mut stream = match self.stream.take() {
                Some(stream) => stream,
                None => self.open(*first)?,
            };
            let used = self.inflate(&mut stream, input)?;
            input = input.get(used..).unwrap_or_default();
            self.stream = (!self.has_ended).then_some(stream);
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>, FetchError> {
        if self.coding == Coding::Identity || self.has_ended {
            Ok(self.bytes)
        } else {
            Err(FetchError::Decode {
                reason: "ends too early",
            })
        }
    }

    /// Begins a compressed stream. Only gzip may hold several, one after the other (RFC 1952).
    fn open(&mut self, first: u8) -> Result<Decompress, FetchError> {
        let again = std::mem::take(&mut self.has_ended);
        match self.coding {
            Coding::Gzip => Ok(Decompress::new_gzip(WINDOW_BITS)),
            _ if again => Err(FetchError::Decode {
                reason: "goes on after its end",
            }),
            // "deflate" means zlib (RFC 9110), yet some servers send it bare; a zlib stream begins with x8.
            _ => Ok(Decompress::new(first & 0x0f == 8)),
        }
    }

    /// Decompresses until the input is used up or the stream ends; returns how many bytes it used.
    fn inflate(&mut self, stream: &mut Decompress, input: &[u8]) -> Result<usize, FetchError> {
        let corrupt = FetchError::Decode { reason: "corrupt" };
        let mut used = 0;
        loop {
            let (before_in, before_out) = (stream.total_in(), stream.total_out());
            let rest = input.get(used..).unwrap_or_default();
            let status = stream
                .decompress(rest, &mut self.step, FlushDecompress::None)
                .map_err(|_| corrupt.clone())?;
            let taken = usize::try_from(stream.total_in() - before_in).unwrap_or(usize::MAX);
            let made = usize::try_from(stream.total_out() - before_out).unwrap_or(usize::MAX);
            used += taken;
            let made = self.step.get(..made).unwrap_or_default();
            append(&mut self.bytes, made, self.limit_bytes)?;
            let filled = made.len() == self.step.len();
            match status {
                Status::StreamEnd => {
                    self.has_ended = true;
                    return Ok(used);
                }
                _ if used >= input.len() && !filled => return Ok(used),
                _ if taken == 0 && made.is_empty() => return Err(corrupt),
                _ => {}
            }
        }
    }
}

fn append(bytes: &mut Vec<u8>, more: &[u8], limit_bytes: usize) -> Result<(), FetchError> {
    if bytes.len() + more.len() > limit_bytes {
        return Err(FetchError::TooLarge { limit_bytes });
    }
    bytes.extend_from_slice(more);
    Ok(())
}

#[cfg(test)]
mod tests;
