//! Damaged files and requests, by the thousand: nothing panics, nothing takes long, nothing takes much memory.
//!
//! `TRIPTYCH_FUZZ` says how many are tried of each kind (`make fuzz`: a million), `TRIPTYCH_FUZZ_DICE` where the dice begin. An input that
//! fails is kept, its path is told; with `TRIPTYCH_FUZZ_INPUT` only the file at that path is tried, and what comes of it is told.

mod mutate;
mod targets;

use std::collections::HashSet;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::fixture;
use mutate::{Dice, mutated};

/// Executions of each target where nothing else is said.
const FEW: usize = 4000;
/// Larger seeds take longer and find nothing else.
const LARGEST_SEED: u64 = 60_000;
/// Inputs kept besides the seeds because they led to something new.
const MOST_KEPT: usize = 4000;
/// What takes longer hangs. It says nothing of speed: machines are busy.
const HANGING: Duration = Duration::from_secs(20);
/// Slower inputs are kept, to be looked at, when many are tried.
const SLOW: Duration = Duration::from_secs(1);
/// Kilobytes that this process may ever have had in memory, other tests included.
const MOST_MEMORY: u64 = 3 << 20;
/// Faults after which a run ends.
const ENOUGH: usize = 20;

struct Trial {
    name: &'static str,
    target: fn(&[u8]) -> String,
    seeds: Vec<Vec<u8>>,
    words: &'static [&'static [u8]],
}

fn executions() -> usize {
    std::env::var("TRIPTYCH_FUZZ").ok().map_or(FEW, |number| number.parse().expect("TRIPTYCH_FUZZ is a number"))
}

fn first_dice() -> u64 {
    std::env::var("TRIPTYCH_FUZZ_DICE").ok().map_or(1, |number| number.parse().expect("TRIPTYCH_FUZZ_DICE is a number"))
}

/// What inputs led to, without the numbers that differ from one to the next.
fn kind_of(story: &str) -> String {
    let mut kind: String = story.chars().map(|character| if character.is_ascii_digit() { '0' } else { character }).collect();
    while kind.contains("00") {
        kind = kind.replace("00", "0");
    }
    kind
}

impl Trial {
    fn keep(&self, input: &[u8], why: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
        std::fs::create_dir_all(&folder).expect("a folder");
        let sum = input.iter().fold(0xCBF2_9CE4_8422_2325u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3));
        let path = folder.join(format!("{}-{why}-{sum:016x}", self.name));
        std::fs::write(&path, input).expect("written");
        path
    }

    fn run(&self) {
        match std::env::var("TRIPTYCH_FUZZ_INPUT") {
            Ok(path) => self.run_one(Path::new(&path)),
            Err(_) => self.run_many(),
        }
    }

    fn run_one(&self, path: &Path) {
        let input = std::fs::read(path).expect("the input");
        let begun = Instant::now();
        let story = (self.target)(&input);
        println!("{}: {:?}: {story}", self.name, begun.elapsed());
    }

    fn run_many(&self) {
        let (number, mut dice) = (executions(), Dice::new(first_dice()));
        let (mut corpus, mut seen, mut faults) = (self.seeds.clone(), HashSet::new(), Vec::new());
        let (most, mut slowest, started) = (corpus.len() + MOST_KEPT, Duration::ZERO, Instant::now());
        for turn in 0..number {
            let input = if turn < self.seeds.len() { self.seeds[turn].clone() } else { mutated(&corpus, self.words, &mut dice) };
            let begun = Instant::now();
            let story = catch_unwind(|| (self.target)(&input));
            let taken = begun.elapsed();
            slowest = slowest.max(taken);
            if number > FEW && taken > SLOW {
                println!("{}: {taken:?} for {}", self.name, self.keep(&input, "slow").display());
            }
            match story {
                Err(_) => faults.push(self.keep(&input, "panic")),
                Ok(_) if taken > HANGING => faults.push(self.keep(&input, "hangs")),
                Ok(story) if seen.insert(kind_of(&story)) && corpus.len() < most => corpus.push(input),
                Ok(_) => {}
            }
            if faults.len() >= ENOUGH {
                break;
            }
        }
        let (took, memory) = (started.elapsed(), peak_memory());
        println!("{}: {number} in {took:?}, the slowest {slowest:?}, {} outcomes, {memory} kB at most", self.name, seen.len());
        assert!(faults.is_empty(), "{}: {faults:#?}", self.name);
        assert!(seen.len() > 5, "{}: all inputs lead to the same", self.name);
        assert!(memory < MOST_MEMORY, "{memory} kB");
    }
}

/// The most memory that this process had at any time, in kilobytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Fixtures whose names end so, the smaller ones.
fn seeds(folders: &[&str], ends: &[&str]) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in folders {
        paths.extend(std::fs::read_dir(fixture(folder)).expect("fixtures").map(|entry| entry.expect("an entry").path()));
    }
    paths.retain(|path| ends.iter().any(|end| path.extension().is_some_and(|extension| extension == *end)));
    paths.retain(|path| std::fs::metadata(path).expect("a fixture").len() <= LARGEST_SEED);
    paths.sort();
    assert!(!paths.is_empty(), "no fixtures in {folders:?}");
    paths.iter().map(|path| std::fs::read(path).expect("a fixture")).collect()
}

/// Markers and tables of JPEGs, as they stand in tiles.
const JPEG: &[&[u8]] = &[
    b"\xFF\xD8",
    b"\xFF\xD9",
    b"\xFF\xD0",
    b"\xFF\xD7",
    b"\xFF\xC0\0\x11\x08",
    b"\xFF\xC2\0\x11\x08",
    b"\xFF\xC4\0\x1F",
    b"\xFF\xDB\0\x43",
    b"\xFF\xDA\0\x0C\x03",
    b"\xFF\xDD\0\x04\0\x01",
    b"\xFF\xEE\0\x0EAdobe\0",
    b"\xFF\xE2\x02\x40ICC_PROFILE\0\x01\x01",
    b"\xFF\xE1\0\x20Exif\0\0",
    b"\xFF\x00",
    b"\xFF\xFF",
];
const TIFF: &[&[u8]] = &[
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"II+\0\x08\0\0\0",
    b"\0\x01\x03\0\x01\0\0\0",
    b"\x42\x01\x03\0\x01\0\0\0\x10\0\0\0",
    b"\x4A\x01\x04\0\x01\0\0\0\x08\0\0\0",
    b"\x53\x01\x03\0",
    b"\x03\x01\x03\0\x01\0\0\0\x07\0\0\0",
    b"\xFF\xD8",
    b"\xFF\xD9",
    b"\xFF\xDA",
    b"\xFF\xC4\0\x1F",
    b"\x80\x0B",
    b"\x28\xB5\x2F\xFD",
];
const JP2: &[&[u8]] = &[
    b"\0\0\0\x0CjP  \r\n\x87\n",
    b"ihdr",
    b"colr\x01\0\0\0\0\0\0\x10",
    b"pclr",
    b"cmap",
    b"cdef",
    b"jp2c",
    b"\xFF\x4F\xFF\x51",
    b"\xFF\x52",
    b"\xFF\x5C",
    b"\xFF\x53",
    b"\xFF\x5D",
    b"\xFF\x5E",
    b"\xFF\x5F",
    b"\xFF\x90\0\x0A",
    b"\xFF\x93",
    b"\xFF\xD9",
    b"\xFF\x55",
    b"\xFF\x50",
];
const OTHERS: &[&[u8]] = &[
    b"IHDR",
    b"PLTE",
    b"tRNS",
    b"IDAT",
    b"IEND",
    b"acTL",
    b"fcTL",
    b"iCCP",
    b"eXIf",
    b"GIF89a",
    b"\x21\xF9\x04",
    b"\x2C",
    b"\x3B",
    b"RIFF",
    b"WEBP",
    b"VP8 ",
    b"VP8L",
    b"VP8X",
    b"ALPH",
    b"ANIM",
    b"ANMF",
    b"ICCP",
    b"EXIF",
];
const WORDS: &[&[u8]] = &[
    b"full",
    b"max",
    b"square",
    b"pct:",
    b"!",
    b"^",
    b",",
    b".",
    b"/",
    b"0",
    b"1",
    b"9",
    b"99999999999999999999",
    b"0.000001",
    b"360",
    b"22.5",
    b"-",
    b"+",
    b"e",
    b"NaN",
    b"default",
    b"color",
    b"gray",
    b"bitonal",
    b"native",
    b".jpg",
    b".png",
    b".webp",
    b"4294967296",
    b"%2F",
    b" ",
    b"\xC3\xA9",
    b"2147483648",
    b"65535",
];

#[test]
fn pyramids() {
    Trial { name: "pyramid", target: targets::pyramid, seeds: seeds(&["tiff", "tiff-kinds"], &["tif"]), words: TIFF }.run();
}

#[test]
fn tiffs_of_any_kind() {
    Trial { name: "tiff", target: targets::tiff, seeds: seeds(&["tiff-kinds", "tiff"], &["tif"]), words: TIFF }.run();
}

#[test]
fn tiff_masters() {
    Trial { name: "tiff-master", target: targets::master, seeds: seeds(&["tiff-kinds", "icc"], &["tif"]), words: TIFF }.run();
}

#[test]
fn jpegs() {
    Trial { name: "jpeg", target: targets::master, seeds: seeds(&["masters"], &["jpg"]), words: JPEG }.run();
}

#[test]
fn jpeg_2000() {
    Trial { name: "jp2", target: targets::master, seeds: seeds(&["masters"], &["jp2", "j2k"]), words: JP2 }.run();
}

#[test]
fn other_masters() {
    Trial { name: "other", target: targets::master, seeds: seeds(&["masters"], &["png", "gif", "webp"]), words: OTHERS }.run();
}

#[test]
fn requests() {
    let seeds = [
        "full/max/0/default.jpg",
        "full/full/0/native.jpg",
        "square/^max/90/color.png",
        "0,0,512,512/256,/0/default.jpg",
        "125,15,200,200/,150/!180/gray.webp",
        "pct:41.6,7.5,66.6,100/pct:50/22.5/bitonal.tif",
        "pct:0,0,100,100/^pct:150/360/default.gif",
        "1,2,3,4/^!500,400/!0/default.png",
        "16384,0,512,1/!1,1/270/default.jpg",
        "0,0,4294967295,1/^1,1/0.0001/default.jpg",
    ];
    let seeds = seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    Trial { name: "request", target: targets::request, seeds, words: WORDS }.run();
}
