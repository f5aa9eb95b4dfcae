//! Opens an import file: plain or gzip (told by its first bytes), with the bytes read so far for a progress bar.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// Compressed bytes read so far, shared with whoever draws the progress.
pub type BytesRead = Arc<AtomicU64>;

/// An opened file: its content unpacked, its size on disk, and how far reading has come.
pub struct Source {
    pub content: Box<dyn BufRead + Send>,
    pub size: u64,
    pub read: BytesRead,
}

struct Counting<R> {
    inner: R,
    read: BytesRead,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
const BUFFER: usize = 1 << 18;

/// Opens `path` for reading from its start.
pub fn open(path: &Path) -> io::Result<Source> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let read = BytesRead::default();
    let mut raw = BufReader::with_capacity(BUFFER, Counting { inner: file, read: Arc::clone(&read) });
    let compressed = raw.fill_buf()?.starts_with(&GZIP_MAGIC);
    let mut content: Box<dyn BufRead + Send> = if compressed {
        Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(raw)))
    } else {
        Box::new(raw)
    };
    if content.fill_buf()?.starts_with(&BYTE_ORDER_MARK) {
        content.consume(BYTE_ORDER_MARK.len());
    }
    Ok(Source { content, size, read })
}

/// Text as UTF-8, or as Latin-1 where it is not: spreadsheets still export it.
pub fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn content_of(bytes: &[u8]) -> String {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut source = open(file.path()).unwrap();
        let mut text = String::new();
        source.content.read_to_string(&mut text).unwrap();
        assert_eq!(source.read.load(Ordering::Relaxed), source.size);
        text
    }

    #[test]
    fn plain_and_gzip_files_read_alike_whatever_their_names() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(b"\xef\xbb\xbfa,b\n1,2\n").unwrap();
        assert_eq!(content_of(&packer.finish().unwrap()), "a,b\n1,2\n");
        assert_eq!(content_of(b"a,b\n1,2\n"), "a,b\n1,2\n");
        assert_eq!(content_of(b""), "");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_read_as_latin1() {
        assert_eq!(text(b"caf\xe9"), "café");
        assert_eq!(text("café".as_bytes()), "café");
    }
}
