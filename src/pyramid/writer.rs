//! Writing pyramids, from rows that come from top to bottom.

use super::encode::Encoder;
use super::fields::{Fields, header};
use super::index::MAX_ICC;
use super::reduce::halve;
use super::{Level, RowError, RowSource, tags};
use crate::raster::Channels;
use std::io::{Seek, SeekFrom, Write};
use std::num::NonZeroUsize;

/// Above this a file is written as BigTIFF: places in a classic one have 32 bits.
const CLASSIC_MOST: u64 = 3_900_000_000;

/// So many tiles are packed sooner than a thread has started.
const FEW: usize = 4;

/// How a pyramid is written.
#[derive(Clone, Debug)]
pub struct WriteOptions {
    /// Side of the tiles, a multiple of 16 up to 4096.
    pub tile: u32,
    /// JPEG quality, 1 to 100; images with alpha are packed without loss instead.
    pub quality: u8,
    /// Nothing is lost: deflate with horizontal differences also for gray and RGB, at several times the size.
    pub lossless: bool,
    /// Kept with the largest level; at most 4 MiB.
    pub icc: Option<Vec<u8>>,
    /// How many threads pack tiles; the file is the same.
    pub threads: NonZeroUsize,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { tile: 256, quality: 85, lossless: false, icc: None, threads: NonZeroUsize::MIN }
    }
}

/// Why a pyramid was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("the source: {0}")]
    Source(#[from] RowError),
    #[error("writing failed: {0}")]
    Write(#[from] std::io::Error),
    #[error("{0}")]
    Options(&'static str),
    #[error("the image is too large: {0}")]
    TooLarge(String),
    #[error("JPEG: {0}")]
    Jpeg(String),
}

/// Writes a pyramid from the start of `out`: levels halved and rounded up until one tile holds all, directories first, edges
/// repeated into the padding. Needs memory for one row of tiles a level.
///
/// # Errors
/// `Source` and `Write` from either side, `Options` and `TooLarge` before anything is written. What is in `out` then is no pyramid.
pub fn write(out: &mut (impl Write + Seek), source: &mut dyn RowSource, options: &WriteOptions) -> Result<(), WriteError> {
    Pyramid::plan(source, options)?.run(out, source)
}

/// A level while it is written.
struct Progress {
    width: u32,
    height: u32,
    stride: usize,
    /// Rows that have come so far, of the whole level.
    received: u32,
    /// Rows of the current row of tiles.
    band: Vec<u8>,
    offsets: Vec<u64>,
    lengths: Vec<u32>,
}

impl Progress {
    fn new(width: u32, height: u32, channels: Channels) -> Self {
        let stride = width as usize * channels.count();
        Self { width, height, stride, received: 0, band: Vec::new(), offsets: Vec::new(), lengths: Vec::new() }
    }

    /// Rows that the current band can still take.
    fn room(&self, tile: u32) -> u32 {
        (tile - (self.band.len() / self.stride) as u32).min(self.height - self.received)
    }

    /// Makes room for `rows` rows, to be filled.
    fn extend(&mut self, rows: u32) -> &mut [u8] {
        let start = self.band.len();
        self.band.resize(start + rows as usize * self.stride, 0);
        self.received += rows;
        &mut self.band[start..]
    }

    fn append(&mut self, rows: &[u8]) {
        self.band.extend_from_slice(rows);
        self.received += (rows.len() / self.stride) as u32;
    }
}

struct Pyramid<'a> {
    options: &'a WriteOptions,
    channels: Channels,
    /// One for each thread.
    encoders: Vec<Encoder>,
    levels: Vec<Progress>,
    big: bool,
    /// Where the next tile goes.
    position: u64,
}

impl<'a> Pyramid<'a> {
    fn plan(source: &dyn RowSource, options: &'a WriteOptions) -> Result<Self, WriteError> {
        let (width, height, channels) = (source.width(), source.height(), source.channels());
        if options.tile == 0 || !options.tile.is_multiple_of(16) || !(1..=100).contains(&options.quality) {
            return Err(WriteError::Options("tiles must have a multiple of 16 pixels, and the quality must be 1 to 100"));
        }
        if options.icc.as_ref().is_some_and(|icc| icc.len() as u64 > MAX_ICC) {
            return Err(WriteError::Options("the ICC profile is longer than 4 MiB"));
        }
        Level::check_sizes(width, height, options.tile, options.tile).map_err(|error| WriteError::TooLarge(error.to_string()))?;
        let levels = sizes(width, height, options.tile).into_iter().map(|(width, height)| Progress::new(width, height, channels));
        let encoders = (0..options.threads.get()).map(|_| Encoder::new(channels, options)).collect::<Result<_, _>>()?;
        let mut pyramid = Pyramid { options, channels, encoders, levels: levels.collect(), big: false, position: 0 };
        pyramid.big = pyramid.most_bytes() > CLASSIC_MOST;
        Ok(pyramid)
    }

    fn run(mut self, out: &mut (impl Write + Seek), source: &mut dyn RowSource) -> Result<(), WriteError> {
        self.position = self.directories().len() as u64;
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&vec![0; self.position as usize])?;
        while self.levels[0].received < self.levels[0].height {
            let rows = self.levels[0].room(self.options.tile);
            source.read_rows(self.levels[0].extend(rows))?;
            self.settle(out)?;
        }
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&self.directories())?;
        out.seek(SeekFrom::End(0))?;
        Ok(out.flush()?)
    }

    /// More bytes than the tiles can take: packing makes them smaller, or hardly larger.
    fn most_bytes(&self) -> u64 {
        let tile = u64::from(self.options.tile);
        let one = tile * tile * self.channels.count() as u64 * 101 / 100 + 1024;
        self.levels.iter().map(|level| self.tiles(level) * one).sum()
    }

    fn tiles(&self, level: &Progress) -> u64 {
        u64::from(level.width.div_ceil(self.options.tile)) * u64::from(level.height.div_ceil(self.options.tile))
    }

    /// Packs every band that is full or the last of its level, and hands it down, halved, to the next level.
    fn settle(&mut self, out: &mut impl Write) -> Result<(), WriteError> {
        for number in 0..self.levels.len() {
            let level = &self.levels[number];
            let full = level.band.len() == self.options.tile as usize * level.stride;
            if level.band.is_empty() || !(full || level.received == level.height) {
                return Ok(());
            }
            self.pack_band(number, out)?;
            let band = std::mem::take(&mut self.levels[number].band);
            let width = self.levels[number].width;
            if let Some(next) = self.levels.get_mut(number + 1) {
                next.append(&halve(&band, width as usize, self.channels));
            }
            self.levels[number].band = band;
            self.levels[number].band.clear();
        }
        Ok(())
    }

    fn pack_band(&mut self, number: usize, out: &mut impl Write) -> Result<(), WriteError> {
        let level = &mut self.levels[number];
        for bytes in packed(level, &mut self.encoders, self.options.tile, self.channels)? {
            level.offsets.push(self.position);
            level.lengths.push(bytes.len() as u32);
            out.write_all(&bytes)?;
            self.position += bytes.len() as u64;
        }
        match !self.big && self.position > u64::from(u32::MAX) {
            true => Err(WriteError::TooLarge("its tiles do not fit into 4 GiB".into())),
            false => Ok(()),
        }
    }

    /// Everything before the first tile: as long before the tiles are known as afterwards.
    fn directories(&self) -> Vec<u8> {
        let mut file = header(self.big, if self.big { 16 } else { 8 });
        for number in 0..self.levels.len() {
            let fields = self.fields(number);
            let at = file.len() as u64;
            let next = if number + 1 < self.levels.len() { at + fields.len() } else { 0 };
            file.extend(fields.to_bytes(at, next));
        }
        file
    }

    fn fields(&self, number: usize) -> Fields {
        let level = &self.levels[number];
        let tiles = self.tiles(level) as usize;
        let (mut offsets, mut lengths) = (level.offsets.clone(), level.lengths.clone());
        offsets.resize(tiles, 0);
        lengths.resize(tiles, 0);
        let samples = self.channels.count();
        let fields = Fields::new(self.big)
            .longs(tags::SUBFILE_TYPE, &[u32::from(number > 0)])
            .longs(tags::WIDTH, &[level.width])
            .longs(tags::HEIGHT, &[level.height])
            .shorts(tags::BITS_PER_SAMPLE, &[8; 4][..samples])
            .shorts(tags::SAMPLES_PER_PIXEL, &[samples as u16])
            .shorts(tags::PLANAR, &[1])
            .longs(tags::TILE_WIDTH, &[self.options.tile])
            .longs(tags::TILE_HEIGHT, &[self.options.tile])
            .places(tags::TILE_OFFSETS, &offsets)
            .longs(tags::TILE_LENGTHS, &lengths);
        let fields = self.encoders[0].describe(fields);
        match &self.options.icc {
            Some(icc) if number == 0 => fields.bytes(tags::ICC_PROFILE, icc),
            _ => fields,
        }
    }
}

/// Sizes of the levels: halved and rounded up until one tile is enough.
fn sizes(width: u32, height: u32, tile: u32) -> Vec<(u32, u32)> {
    let smaller = |(width, height): &(u32, u32)| (*width > tile || *height > tile).then(|| (width.div_ceil(2), height.div_ceil(2)));
    std::iter::successors(Some((width, height)), smaller).collect()
}

/// The tiles of the band, from left to right.
fn packed(level: &Progress, encoders: &mut [Encoder], tile: u32, channels: Channels) -> Result<Vec<Vec<u8>>, WriteError> {
    let columns: Vec<u32> = (0..level.width).step_by(tile as usize).collect();
    let pack = |encoder: &mut Encoder, columns: &[u32]| -> Result<Vec<Vec<u8>>, WriteError> {
        columns.iter().map(|x| encoder.encode(&cut(level, *x, tile, channels))).collect()
    };
    let share = columns.len().div_ceil(encoders.len()).max(FEW);
    let mut shares = encoders.iter_mut().zip(columns.chunks(share));
    let (Some((first, own)), others) = (shares.next(), shares) else { return Ok(Vec::new()) };
    std::thread::scope(|scope| {
        let others: Vec<_> = others.map(|(encoder, columns)| scope.spawn(move || pack(encoder, columns))).collect();
        let mut tiles = pack(first, own)?;
        for other in others {
            tiles.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(tiles)
    })
}

/// A whole tile of the band, from column `x` on; the last column and row are repeated into the padding.
fn cut(level: &Progress, x: u32, tile: u32, channels: Channels) -> Vec<u8> {
    let count = channels.count();
    let (start, length) = (x as usize * count, (level.width - x).min(tile) as usize * count);
    let row_len = tile as usize * count;
    let mut pixels = Vec::with_capacity(row_len * tile as usize);
    for row in level.band.chunks_exact(level.stride) {
        let visible = &row[start..start + length];
        pixels.extend_from_slice(visible);
        (length..row_len).step_by(count).for_each(|_| pixels.extend_from_slice(&visible[length - count..]));
    }
    let last = pixels.len() - row_len;
    while pixels.len() < row_len * tile as usize {
        pixels.extend_from_within(last..last + row_len);
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_rounded_up() {
        assert_eq!(sizes(1021, 777, 256), [(1021, 777), (511, 389), (256, 195)]);
        assert_eq!(sizes(257, 1, 256), [(257, 1), (129, 1)]);
        assert_eq!(sizes(1, 1, 256), [(1, 1)]);
    }

    struct Flat(u32, u32);

    impl RowSource for Flat {
        fn width(&self) -> u32 {
            self.0
        }
        fn height(&self) -> u32 {
            self.1
        }
        fn channels(&self) -> Channels {
            Channels::Gray
        }
        fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
            rows.fill(99);
            Ok(())
        }
    }

    #[test]
    fn large_files_are_big_tiffs() {
        let options = WriteOptions::default();
        let big = |width, height| Pyramid::plan(&Flat(width, height), &options).unwrap().big;
        assert!(!big(50_000, 50_000) && big(60_000, 60_000));
        let mut pyramid = Pyramid::plan(&Flat(300, 20), &options).unwrap();
        pyramid.big = true;
        let mut file = std::io::Cursor::new(Vec::new());
        pyramid.run(&mut file, &mut Flat(300, 20)).unwrap();
        let file = file.into_inner();
        let index = crate::pyramid::open(&mut std::io::Cursor::new(&file), file.len() as u64).unwrap();
        assert!(file.starts_with(b"II\x2B\0") && index.levels.len() == 2);
        let range = index.levels[0].tile_range(1, 0).unwrap();
        let tile = index.levels[0].decode_tile(&file[range.start as usize..range.end as usize]).unwrap();
        assert_eq!(tile.pixel(10, 10), [99]);
    }

    /// Every pixel another one.
    struct Sloping(u32);

    impl RowSource for Sloping {
        fn width(&self) -> u32 {
            3000
        }
        fn height(&self) -> u32 {
            600
        }
        fn channels(&self) -> Channels {
            Channels::Rgb
        }
        fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
            for byte in rows {
                self.0 = self.0.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                *byte = (self.0 >> 24) as u8;
            }
            Ok(())
        }
    }

    #[test]
    fn threads_make_the_same_file() {
        let written = |threads: usize| {
            let mut file = std::io::Cursor::new(Vec::new());
            let threads = NonZeroUsize::new(threads).unwrap();
            write(&mut file, &mut Sloping(1), &WriteOptions { threads, ..WriteOptions::default() }).unwrap();
            file.into_inner()
        };
        let alone = written(1);
        assert!([2, 3, 40].into_iter().all(|threads| written(threads) == alone));
    }

    #[test]
    fn odd_wishes_are_refused() {
        let refused = |width, height, options: WriteOptions| Pyramid::plan(&Flat(width, height), &options).is_err();
        let usual = WriteOptions::default;
        assert!(refused(0, 5, usual()) && refused(5, 0, usual()) && refused(u32::MAX, u32::MAX, usual()));
        assert!(refused(5, 5, WriteOptions { tile: 100, ..usual() }) && refused(5, 5, WriteOptions { tile: 0, ..usual() }));
        assert!(refused(5, 5, WriteOptions { quality: 0, ..usual() }) && refused(5, 5, WriteOptions { quality: 101, ..usual() }));
        assert!(refused(5, 5, WriteOptions { icc: Some(vec![0; (4 << 20) + 1]), ..usual() }));
    }

    #[test]
    fn padding_repeats_the_edge() {
        let mut level = Progress::new(3, 2, Channels::Gray);
        level.append(&[1, 2, 3, 4, 5, 6]);
        assert_eq!(cut(&level, 2, 4, Channels::Gray), [3, 3, 3, 3, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6]);
    }
}
