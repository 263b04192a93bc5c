use std::path::PathBuf;

use serde_json::json;

use super::*;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn looked(name: &str) -> Report {
    inspect(&fixture(name), &FormatLimits::default()).unwrap()
}

#[test]
fn what_a_file_is() {
    // File, kind, packing, colours, bits, worst finding.
    let cases = [
        ("masters/baseline.jpg", "JPEG", "JPEG", "RGB", 8, Severity::Note),
        ("masters/progressive.jpg", "JPEG", "JPEG, progressive", "RGB", 8, Severity::Note),
        ("masters/gray.jpg", "JPEG", "JPEG", "gray", 8, Severity::Note),
        ("masters/cmyk.jpg", "JPEG", "JPEG", "CMYK", 8, Severity::Odd),
        ("masters/cmyk-icc.jpg", "JPEG", "JPEG", "CMYK", 8, Severity::Note),
        ("masters/rgb16.png", "PNG", "deflate", "RGB", 16, Severity::Note),
        ("masters/graya16.png", "PNG", "deflate", "gray with alpha", 16, Severity::Note),
        ("masters/palette.png", "PNG", "deflate", "palette with alpha", 8, Severity::Note),
        ("masters/alpha.webp", "WebP", "WebP", "RGB with alpha", 8, Severity::Note),
        ("masters/moving.webp", "WebP", "WebP", "RGB", 8, Severity::Odd),
        ("masters/plain.gif", "GIF", "LZW", "palette", 8, Severity::Note),
        ("masters/moving.gif", "GIF", "LZW", "palette", 8, Severity::Odd),
        ("masters/tiled.jp2", "JPEG 2000", "JPEG 2000, lossy wavelets, 6 tiles", "RGB", 8, Severity::Slow),
        ("masters/gray16.jp2", "JPEG 2000", "JPEG 2000, lossless wavelets, one tile", "gray", 16, Severity::Slow),
        ("masters/cmyk.jp2", "JPEG 2000", "JPEG 2000, lossless wavelets, one tile", "CMYK", 8, Severity::Slow),
        ("masters/ht.j2k", "JPEG 2000", "HTJ2K, lossless wavelets, one tile", "RGB", 8, Severity::Refused),
        ("tiff/vips-jpeg75.tif", "TIFF", "JPEG", "YCbCr", 8, Severity::Note),
        ("tiff/vips-rgba.tif", "TIFF", "none", "RGB with alpha", 8, Severity::Odd),
        ("tiff/vips-lzw.tif", "TIFF", "LZW", "RGB", 8, Severity::Odd),
        ("tiff-kinds/rgb-zstd.tif", "TIFF", "Zstandard", "RGB", 8, Severity::Note),
        ("tiff-kinds/rgb-float32-big.tif", "TIFF", "deflate", "RGB", 32, Severity::Odd),
    ];
    for (file, kind, compression, colors, bits, severity) in cases {
        let report = looked(file);
        let got = (report.kind, report.compression.as_deref(), report.colors.as_deref(), report.bits, report.severity());
        assert_eq!(got, (Some(kind), Some(compression), Some(colors), Some(bits), severity), "{file}: {report}");
        assert!(report.width > Some(0) && report.height > Some(0) && report.bytes > 0, "{file}");
        assert!(report.findings.is_sorted_by(|a, b| a.severity >= b.severity), "{file}");
    }
}

#[test]
fn details() {
    let report = looked("masters/progressive.jpg");
    assert_eq!((report.quality, report.dpi), (Some(85), Some((300.0, 300.0))));
    assert_eq!(looked("masters/icc.jp2").profile, profile_name(include_bytes!("../../../tests/fixtures/profiles/prophoto.icc")));
    let pyramid = looked("tiff/vips-jpeg75.tif");
    let sizes: Vec<_> = pyramid.levels.iter().map(|level| (level.width, level.height, level.tile_width)).collect();
    assert_eq!(sizes, [(1021, 777, 256), (510, 388, 256), (255, 194, 256)]);
    let rounded = pyramid.findings.iter().filter(|finding| finding.what.contains("rounded down")).count();
    assert_eq!(rounded, 2, "{pyramid}");
}

#[test]
fn what_is_refused_says_why_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let jpeg = std::fs::read(fixture("masters/gray.jpg")).unwrap();
    let jp2 = std::fs::read(fixture("masters/lossless.jp2")).unwrap();
    let cases: [(&[u8], &str); 6] = [
        (b"BM, a bitmap", "not a TIFF"),
        (b"", "not a TIFF"),
        (&jpeg[..jpeg.len() - 2], "breaks off"),
        (&jpeg[..20], "breaks off"),
        (&jp2[..jp2.len() / 2], "ends within"),
        (b"II\x2a\0\x08\0\0\0\0\0\0\0\0\0", "damaged"),
    ];
    for (bytes, words) in cases {
        std::fs::write(&path, bytes).unwrap();
        let report = inspect(&path, &FormatLimits::default()).unwrap();
        let refused = report.findings.first().unwrap();
        assert_eq!(refused.severity, Severity::Refused, "{report}");
        assert!(refused.what.contains(words) && !refused.cure.is_empty(), "{report}");
    }
    let tight = FormatLimits { max_pixels: 97 * 61 - 1, ..FormatLimits::default() };
    for file in ["masters/baseline.jpg", "masters/rgb16.png", "masters/lossy.webp", "masters/plain.gif", "masters/raw.j2k"] {
        let report = inspect(&fixture(file), &tight).unwrap();
        assert!(report.severity() == Severity::Refused && report.width == Some(97), "{report}");
    }
    assert!(inspect(&folder.path().join("missing"), &tight).is_err());
}

#[test]
fn reports_in_words_and_in_json() {
    let report = Report { file: "scan.jpg".into(), ..looked("masters/cmyk.jpg") };
    let text = report.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("scan.jpg: JPEG, 97 x 61 pixels, 3.9 kB"), "{text}");
    assert!(lines.iter().any(|line| line.starts_with("  colours    CMYK, 8 bits")), "{text}");
    assert!(lines.iter().any(|line| line.starts_with("  odd:       It has CMYK colours and no profile")), "{text}");
    let value = serde_json::to_value(&report).unwrap();
    assert_eq!((&value["kind"], &value["width"], &value["findings"][0]["severity"]), (&json!("JPEG"), &json!(97), &json!("odd")));
}

#[test]
fn any_bytes_get_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for file in [
        "masters/cmyk-icc.jpg",
        "masters/alpha.webp",
        "masters/offset.gif",
        "masters/tiled.jp2",
        "masters/palette.png",
        "tiff/vips-lzw.tif",
    ] {
        let bytes = std::fs::read(fixture(file)).unwrap();
        for at in (0..bytes.len().min(200)).step_by(3) {
            let mut changed = bytes.clone();
            changed[at] ^= 0xff;
            std::fs::write(&path, &changed).unwrap();
            let _ = inspect(&path, &FormatLimits::default()).unwrap().to_string();
            std::fs::write(&path, &bytes[..at * bytes.len() / 200]).unwrap();
            let _ = inspect(&path, &FormatLimits::default()).unwrap().to_string();
        }
    }
}

#[test]
fn tiffs_that_cannot_be_read_are_described_all_the_same() {
    for (file, compression) in [("jpeg2000", "JPEG 2000"), ("jpegxl", "JPEG XL"), ("lerc", "LERC"), ("lzma", "LZMA"), ("signed", "none")] {
        let report = looked(&format!("tiff-kinds/refused-{file}.tif"));
        assert_eq!((report.severity(), report.compression.as_deref()), (Severity::Refused, Some(compression)), "{report}");
        assert!(report.width > Some(0) && !report.findings[0].cure.is_empty(), "{report}");
    }
    let pages = looked("tiff-kinds/pages.tif");
    assert!(pages.pages > Some(1) && pages.findings.iter().any(|finding| finding.cure.contains("--page")), "{pages}");
    let inks = looked("tiff-kinds/cmyk-lzw.tif");
    assert!(inks.colors.as_deref() == Some("CMYK") && inks.severity() == Severity::Odd, "{inks}");
    assert_eq!(looked("tiff-kinds/turned.tif").orientation, 6);
}
