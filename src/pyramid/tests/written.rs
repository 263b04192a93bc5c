use super::*;

/// A raster as a source of rows.
struct Rows {
    raster: Raster,
    next: u32,
}

impl RowSource for Rows {
    fn width(&self) -> u32 {
        self.raster.width()
    }

    fn height(&self) -> u32 {
        self.raster.height()
    }

    fn channels(&self) -> Channels {
        self.raster.channels()
    }

    fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
        for row in rows.chunks_exact_mut(self.raster.stride()) {
            row.copy_from_slice(self.raster.row(self.next));
            self.next += 1;
        }
        Ok(())
    }
}

fn written(raster: &Raster, options: &WriteOptions) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    write(&mut file, &mut Rows { raster: raster.clone(), next: 0 }, options).unwrap();
    file.into_inner()
}

fn picture(width: u32, height: u32, channels: Channels) -> Raster {
    let mut raster = Raster::zeroed(width, height, channels);
    let count = channels.count();
    for (at, sample) in raster.pixels_mut().iter_mut().enumerate() {
        let (x, y, band) = ((at / count) as u32 % width, (at / count) as u32 / width, at % count);
        let wave = (f64::from(x) / (17.0 + band as f64)).sin() + (f64::from(y) / (23.0 - band as f64)).cos();
        *sample = (127.5 + 60.0 * wave) as u8;
    }
    raster
}

fn psnr(a: &Raster, b: &Raster) -> f64 {
    assert_eq!((a.width(), a.height(), a.channels()), (b.width(), b.height(), b.channels()));
    let squares: f64 = a.pixels().iter().zip(b.pixels()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * a.pixels().len() as f64 / squares.max(1e-9)).log10()
}

fn halved(raster: &Raster) -> Raster {
    let pixels = crate::pyramid::reduce::halve(raster.pixels(), raster.width() as usize, raster.channels());
    Raster::from_pixels(raster.width().div_ceil(2), raster.height().div_ceil(2), raster.channels(), pixels)
}

#[test]
fn what_is_written_is_read_again() {
    for (width, height, channels, tile) in [
        (1, 1, Channels::Gray, 256),
        (1, 1, Channels::Rgba, 256),
        (257, 1, Channels::Rgb, 256),
        (1, 257, Channels::Gray, 256),
        (256, 256, Channels::Rgb, 256),
        (333, 777, Channels::Rgb, 128),
        (500, 99, Channels::Rgba, 64),
        (513, 511, Channels::Gray, 256),
        (95, 130, Channels::Rgb, 16),
    ] {
        let mut expected = picture(width, height, channels);
        let file = written(&expected, &WriteOptions { tile, quality: 95, ..WriteOptions::default() });
        let index = open_bytes(&file).unwrap();
        for (number, level) in index.levels.iter().enumerate() {
            assert_eq!(index.scale_factor(number), Some(1 << number));
            let found = assemble(level, &file, |level, tile| level.decode_tile(tile).unwrap());
            let (quality, least) = (psnr(&found, &expected), if channels == Channels::Rgba { 100.0 } else { 35.0 });
            assert!(quality > least, "{width} x {height} {channels:?} level {number}: {quality}");
            expected = halved(&expected);
        }
        let last = index.levels.last().unwrap();
        assert!(
            last.width <= tile && last.height <= tile && (index.levels.len() == 1 || expected.width().max(expected.height()) * 4 > tile)
        );
    }
}

#[test]
fn nothing_is_lost_when_nothing_may_be() {
    for (channels, color) in [(Channels::Gray, Color::Gray), (Channels::Rgb, Color::Rgb), (Channels::Rgba, Color::Rgba)] {
        let mut expected = picture(333, 130, channels);
        let file = written(&expected, &WriteOptions { tile: 64, lossless: true, ..WriteOptions::default() });
        let index = open_bytes(&file).unwrap();
        assert_eq!(index.levels.len(), 4);
        for level in &index.levels {
            assert_eq!((level.compression, level.color), (Compression::Deflate, color));
            assert_eq!(assemble(level, &file, |level, tile| level.decode_tile(tile).unwrap()), expected);
            expected = halved(&expected);
        }
        let mut decoder = tiff::decoder::Decoder::new(Cursor::new(&file)).unwrap();
        assert_eq!(decoder.dimensions().unwrap(), (333, 130));
        let tiff::decoder::DecodingResult::U8(pixels) = decoder.read_image().unwrap() else { panic!("8 bits") };
        assert_eq!(pixels, picture(333, 130, channels).into_pixels());
    }
}

#[test]
fn a_photograph_keeps_its_looks() {
    let photograph = reference("vips-jpeg75", 0);
    let icc = Some(vec![7; 3000]);
    let file = written(&photograph, &WriteOptions { icc: icc.clone(), ..WriteOptions::default() });
    let index = open_bytes(&file).unwrap();
    let sizes: Vec<_> = index.levels.iter().map(|level| (level.width, level.height)).collect();
    assert_eq!(sizes, [(1021, 777), (511, 389), (256, 195)]);
    assert_eq!(index.icc, icc);
    let level = &index.levels[0];
    assert_eq!((level.color, level.compression), (Color::YCbCr, Compression::Jpeg));
    assert!(psnr(&assemble(level, &file, |level, tile| level.decode_tile(tile).unwrap()), &photograph) > 35.0);
    assert!(level.tiles_in(0, 0, 1021, 777).all(|(column, row)| {
        let range = level.tile_range(column, row).unwrap();
        level.jpeg_stream(&file[range.start as usize..range.end as usize], None).is_some()
    }));
}

#[test]
fn directories_come_first() {
    let file = written(&picture(2000, 1500, Channels::Rgb), &WriteOptions::default());
    let mut opening = Opening::new(file.len() as u64);
    let Attempt::Need(head) = opening.attempt().unwrap() else { panic!("nothing was supplied") };
    assert_eq!(head.start, 0);
    opening.supply(0, bytes::Bytes::copy_from_slice(&file[..head.end as usize]));
    assert!(matches!(opening.attempt().unwrap(), Attempt::Ready(index) if index.levels.len() == 4));
}

#[test]
fn a_failing_source_or_target_is_reported() {
    struct Broken;
    impl RowSource for Broken {
        fn width(&self) -> u32 {
            300
        }
        fn height(&self) -> u32 {
            300
        }
        fn channels(&self) -> Channels {
            Channels::Rgb
        }
        fn read_rows(&mut self, _: &mut [u8]) -> Result<(), RowError> {
            Err(RowError::Damaged("row 0".into()))
        }
    }
    let options = WriteOptions::default();
    let error = write(&mut Cursor::new(Vec::new()), &mut Broken, &options).unwrap_err();
    assert_eq!(error.to_string(), "the source: damaged: row 0");
    let mut small = [0_u8; 700];
    let mut source = Rows { raster: picture(300, 300, Channels::Rgb), next: 0 };
    assert!(matches!(write(&mut Cursor::new(&mut small[..]), &mut source, &options), Err(WriteError::Write(_))));
}
