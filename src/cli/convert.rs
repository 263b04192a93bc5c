//! `triptych convert`.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::formats::{self, Color, ConvertOptions, FormatError, FormatLimits};
use crate::pyramid::{RowError, RowSource, WriteOptions};
use crate::raster::Channels;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Image files: TIFF, JPEG, PNG, WebP, GIF or JPEG 2000.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The pyramid to write; of several files, the directory for them, each named like its file with .tif at the end.
    #[arg(short, long, value_name = "FILE|DIRECTORY")]
    output: PathBuf,
    /// Side of the tiles in pixels, a multiple of 16.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(16..=4096))]
    tile: u32,
    /// JPEG quality, 1 to 100.
    #[arg(long, default_value_t = 85, value_parser = clap::value_parser!(u8).range(1..=100))]
    quality: u8,
    /// Lose nothing: pack tiles by deflate instead of JPEG, at several times the size.
    #[arg(long)]
    lossless: bool,
    /// Bring the colours to sRGB instead of keeping the profile.
    #[arg(long)]
    srgb: bool,
    /// Which picture to take of a file with several.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
    /// Write over files that are there already.
    #[arg(long)]
    force: bool,
}

/// Why a file was not converted.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error("{} is there already; --force writes over it", .0.display())]
    Exists(PathBuf),
    #[error("{} cannot be written: {}", .0.display(), .1)]
    Target(PathBuf, io::Error),
    #[error("{} would be written twice; convert files of one name apart", .0.display())]
    Twice(PathBuf),
}

/// Converts each file; one that fails does not keep the others. The status tells whether all became pyramids.
pub(super) fn run(arguments: &Arguments, limits: &FormatLimits) -> ExitCode {
    let targets: Vec<PathBuf> = arguments.files.iter().map(|file| target(file, arguments)).collect();
    let mut status = ExitCode::SUCCESS;
    for (number, (file, target)) in arguments.files.iter().zip(&targets).enumerate() {
        let done = match targets[..number].contains(target) {
            true => Err(Failure::Twice(target.clone())),
            false => convert(file, target, arguments, limits),
        };
        match done {
            Ok(()) => println!("{}", target.display()),
            Err(error) => {
                eprintln!("triptych: {}: {error}", file.display());
                status = ExitCode::FAILURE;
            }
        }
    }
    status
}

/// Where the pyramid of `file` goes.
fn target(file: &Path, arguments: &Arguments) -> PathBuf {
    let output = &arguments.output;
    let ends_like_one = output.as_os_str().as_encoded_bytes().last().is_some_and(|last| std::path::is_separator(char::from(*last)));
    if arguments.files.len() > 1 || ends_like_one || output.is_dir() {
        output.join(file.file_stem().unwrap_or(file.as_os_str())).with_added_extension("tif")
    } else {
        output.clone()
    }
}

/// Whole or not at all: the pyramid has another name until it is finished.
fn convert(file: &Path, target: &Path, arguments: &Arguments, limits: &FormatLimits) -> Result<(), Failure> {
    let failed = |error| Failure::Target(target.to_owned(), error);
    if target.exists() && !arguments.force {
        return Err(Failure::Exists(target.to_owned()));
    }
    let rows = formats::page_rows(file, arguments.page, limits)?;
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory).map_err(failed)?;
    let unfinished = unfinished(directory).map_err(failed)?;
    let bar = bar(file, rows.height());
    let written = formats::convert_rows(&mut Counted { rows, bar: bar.clone() }, unfinished.path(), &options(arguments));
    bar.finish_and_clear();
    written?;
    unfinished.as_file().sync_all().map_err(failed)?;
    match arguments.force {
        true => unfinished.persist(target).map_err(|error| failed(error.error))?,
        false => unfinished.persist_noclobber(target).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => Failure::Exists(target.to_owned()),
            _ => failed(error.error),
        })?,
    };
    Ok(())
}

/// An empty file that vanishes unless it is given its name. Who may read it is left to the process, as for any other file.
fn unfinished(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".triptych-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(directory)
}

fn options(arguments: &Arguments) -> ConvertOptions {
    let Arguments { tile, quality, lossless, srgb, page, files: _, output: _, force: _ } = *arguments;
    let color = if srgb { Color::Srgb } else { Color::Keep };
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    ConvertOptions { write: WriteOptions { tile, quality, lossless, icc: None, threads }, color, page }
}

/// Shown on a terminal only.
fn bar(file: &Path, rows: u32) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(rows.into()), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3}% {eta:>4}").unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.set_message(file.display().to_string());
    bar
}

/// Rows of another source, counted on the way.
struct Counted {
    rows: Box<dyn RowSource>,
    bar: ProgressBar,
}

impl RowSource for Counted {
    fn width(&self) -> u32 {
        self.rows.width()
    }

    fn height(&self) -> u32 {
        self.rows.height()
    }

    fn channels(&self) -> Channels {
        self.rows.channels()
    }

    fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
        self.rows.read_rows(rows)?;
        self.bar.inc((rows.len() / (self.width() as usize * self.channels().count()).max(1)) as u64);
        Ok(())
    }

    fn icc(&self) -> Option<Vec<u8>> {
        self.rows.icc()
    }

    fn orientation(&self) -> u16 {
        self.rows.orientation()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn parsed(line: &str) -> Arguments {
        Line::try_parse_from(format!("convert {line}").split(' ')).unwrap().arguments
    }

    #[test]
    fn names_of_pyramids() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().display();
        let cases = [
            ("a.jpg -o b.tif".to_owned(), vec!["b.tif".to_owned()]),
            ("x/a.b.jpg -o new/".to_owned(), vec!["new/a.b.tif".to_owned()]),
            ("a.jpg x/b.png -o new".to_owned(), vec!["new/a.tif".to_owned(), "new/b.tif".to_owned()]),
            (format!("a -o {there}"), vec![format!("{there}/a.tif")]),
        ];
        for (line, expected) in cases {
            let arguments = parsed(&line);
            let got: Vec<PathBuf> = arguments.files.iter().map(|file| target(file, &arguments)).collect();
            assert_eq!(got, expected.iter().map(PathBuf::from).collect::<Vec<_>>(), "{line}");
        }
    }

    #[test]
    fn wishes() {
        let all = options(&parsed("a -o b --tile 512 --quality 70 --lossless --srgb --page 3"));
        assert_eq!((all.write.tile, all.write.quality, all.write.lossless, all.color, all.page), (512, 70, true, Color::Srgb, 3));
        let usual = options(&parsed("a -o b"));
        assert_eq!(
            (usual.write.tile, usual.write.quality, usual.write.lossless, usual.color, usual.page),
            (256, 85, false, Color::Keep, 1)
        );
        for wrong in ["a", "-o b", "a -o b --quality 0", "a -o b --quality 101", "a -o b --tile 8", "a -o b --page 0"] {
            assert!(Line::try_parse_from(format!("convert {wrong}").split(' ')).is_err(), "{wrong}");
        }
    }
}
