//! The commands for files: what they write, what they say, and how they end.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use triptych::formats::FormatLimits;

/// Runs the real program in a directory of its own, where neither database nor storage are.
fn triptych(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triptych"));
    command.args(arguments).current_dir(directory).env("DATABASE_URL", "postgres://nobody@localhost:1/nothing").output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Names of what is in a directory, hidden files too.
fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

#[test]
fn inspect_tells_people_and_programs() {
    let directory = tempfile::tempdir().expect("a directory");
    let (jpeg, pyramid) = (fixture("masters/cmyk.jpg"), fixture("tiff/vips-jpeg75.tif"));
    let told = triptych(directory.path(), &["inspect", &jpeg, &pyramid]);
    assert!(told.status.success(), "{told:?}");
    let words = text(&told.stdout);
    assert!(words.contains("JPEG, 97 x 61 pixels") && words.contains("CMYK") && words.contains("tiles of 256 x 256"), "{words}");
    let told = triptych(directory.path(), &["inspect", "--json", &jpeg, &pyramid]);
    let reports: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!((&reports[0]["colors"], &reports[1]["levels"][1]["width"]), (&"CMYK".into(), &510.into()), "{reports}");
    std::fs::write(directory.path().join("letter.txt"), "Dear Sir,").expect("a file");
    for (file, words) in [("letter.txt", "Not a TIFF"), ("missing.tif", "missing.tif")] {
        let refused = triptych(directory.path(), &["inspect", file, &jpeg]);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        let said = text(&refused.stdout) + &text(&refused.stderr);
        assert!(said.contains(words) && said.contains("97 x 61"), "{said}");
    }
    assert_eq!(names(directory.path()), ["letter.txt"]);
}

#[test]
fn convert_writes_whole_pyramids_and_never_over_others() {
    let directory = tempfile::tempdir().expect("a directory");
    let run = |arguments: &[&str]| triptych(directory.path(), arguments);
    let source = fixture("masters/baseline.jpg");
    let made = run(&["convert", &source, "-o", "out.tif", "--tile", "32"]);
    assert!(made.status.success() && text(&made.stdout) == "out.tif\n" && made.stderr.is_empty(), "{made:?}");
    let levels = |file: &str| {
        let report: Value = serde_json::from_slice(&run(&["inspect", "--json", file]).stdout).expect("JSON");
        report[0]["levels"].as_array().expect("levels").iter().map(|level| level["width"].as_u64()).collect::<Vec<_>>()
    };
    assert_eq!(levels("out.tif"), [Some(97), Some(49), Some(25)]);

    let first = std::fs::read(directory.path().join("out.tif")).expect("a file");
    let other = fixture("masters/lossless.jp2");
    let kept = run(&["convert", &other, "-o", "out.tif"]);
    assert_eq!(kept.status.code(), Some(1), "{kept:?}");
    assert!(text(&kept.stderr).contains("--force"), "{kept:?}");
    assert_eq!(std::fs::read(directory.path().join("out.tif")).expect("a file"), first);
    assert!(run(&["convert", &other, "-o", "out.tif", "--lossless", "--force"]).status.success());
    assert_same(&directory.path().join("out.tif"), &fixture("masters/lossless.jp2.png"));
    assert_eq!(names(directory.path()), ["out.tif"]);
}

/// Not one sample of the picture differs.
fn assert_same(pyramid: &Path, reference: &str) {
    let reference = image::open(reference).expect("a PNG").into_rgb8().into_raw();
    let mut rows = triptych::formats::rows(pyramid, &FormatLimits::default()).expect("a pyramid");
    let mut pixels = vec![0; reference.len()];
    rows.read_rows(&mut pixels).expect("rows");
    assert_eq!(pixels, reference);
}

#[test]
fn convert_goes_on_after_a_failure() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("letter.txt"), "Dear Sir,").expect("a file");
    let half = std::fs::read(fixture("masters/progressive.jpg")).expect("a file");
    std::fs::write(directory.path().join("half.jpg"), &half[..half.len() / 2]).expect("a file");
    let (gray, again) = (fixture("masters/gray.jpg"), fixture("masters/gray.jp2"));
    let run = triptych(directory.path(), &["convert", "letter.txt", "half.jpg", &gray, &again, "-o", "pyramids/new"]);
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    let said = text(&run.stderr);
    for words in ["letter.txt: not a TIFF", "half.jpg: the file is damaged", "gray.jp2: pyramids/new/gray.tif would be written twice"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(names(&directory.path().join("pyramids/new")), ["gray.tif"]);
    let page = triptych(directory.path(), &["convert", &gray, "-o", "page.tif", "--page", "2"]);
    assert!(page.status.code() == Some(1) && text(&page.stderr).contains("picture 2"), "{page:?}");
}

#[test]
fn convert_heeds_the_limit_in_the_settings() {
    let directory = tempfile::tempdir().expect("a directory");
    let gray = fixture("masters/gray.jpg");
    let refused = triptych(directory.path(), &["convert", &gray, "-o", "x.tif", "--max-source-pixels", "5000"]);
    assert!(refused.status.code() == Some(1) && text(&refused.stderr).contains("97 x 61 pixels are too many"), "{refused:?}");
    assert!(names(directory.path()).is_empty());
}
