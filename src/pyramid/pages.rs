//! Which directory of a file is a page, and which a smaller version of one.

use super::directory::{Directory, Layout, Pieces, Stop};
use super::file::File;
use super::{PyramidError, damaged, tags};
use std::collections::HashSet;
use std::io::{Read, Seek};

/// Most directories of one file.
const MAX_DIRECTORIES: usize = 8 << 10;
/// Most directories under one.
const MAX_BELOW: u64 = 64;

/// A directory as one among others.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub at: u64,
    pub next: Option<u64>,
    pub below: Vec<u64>,
    pub width: u64,
    pub height: u64,
    pub tiled: bool,
    role: Role,
}

/// What a directory says that it is. Some programs call every level a page.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    Page,
    Reduced,
    Mask,
}

impl Entry {
    pub(super) fn read(pieces: &Pieces, layout: Layout, at: u64) -> Result<Self, Stop> {
        let directory = Directory::read(pieces, layout, at)?;
        let side = |tag| directory.number(tag).map(|side| side.unwrap_or(0).min(1 << 32));
        let below = match directory.numbers(tags::SUB_DIRECTORIES, MAX_BELOW) {
            Err(Stop::Failed(_)) => Vec::new(),
            other => other?.unwrap_or_default(),
        };
        Ok(Self {
            at,
            next: directory.next,
            below,
            width: side(tags::WIDTH)?,
            height: side(tags::HEIGHT)?,
            tiled: directory.has(tags::TILE_OFFSETS),
            role: role(&directory)?,
        })
    }

    /// Whether this is `page` once more and smaller: tiled, and of the same shape within two pixels. Where a file does not say so
    /// itself, smaller by a whole number: pages of a book are alike too.
    pub(super) fn is_level_of(&self, page: &Entry) -> bool {
        let (width, height) = (page.width, page.height);
        let inside = self.width > 0 && self.height > 0 && self.width <= width && self.height <= height;
        let alike = inside && (self.width * height).abs_diff(self.height * width) <= 2 * width.max(height);
        let smaller = match self.role {
            Role::Reduced => (self.width, self.height) != (width, height),
            Role::Page => alike && self.is_divided(page),
            Role::Mask => false,
        };
        self.tiled && alike && smaller
    }

    /// Whether the sides are those of `page` divided by two or more and rounded, perhaps several times.
    fn is_divided(&self, page: &Entry) -> bool {
        let by = (page.width.max(page.height) + self.width.max(self.height) / 2) / self.width.max(self.height).max(1);
        let near = |side: u64, whole: u64| (side * by).abs_diff(whole) <= 2 * by;
        by >= 2 && near(self.width, page.width) && near(self.height, page.height)
    }

    /// Whether this is a picture of its own, after `before`.
    pub(super) fn is_page(&self, before: Option<&Entry>) -> bool {
        let own = self.role == Role::Page && self.width > 0 && self.height > 0;
        own && before.is_none_or(|page| !self.is_level_of(page))
    }
}

fn role(directory: &Directory) -> Result<Role, Stop> {
    let new = directory.number(tags::SUBFILE_TYPE)?.unwrap_or(0);
    let old = directory.number(tags::OLD_SUBFILE_TYPE)?.unwrap_or(0);
    Ok(if new & 4 != 0 || directory.number(tags::PHOTOMETRIC)? == Some(4) {
        Role::Mask
    } else if new & 1 != 0 || old == 2 {
        Role::Reduced
    } else {
        Role::Page
    })
}

/// A walk along the chain of directories, which gathers the pages.
#[derive(Debug)]
pub(super) struct Walk {
    next: Option<u64>,
    seen: HashSet<u64>,
    first: Option<Entry>,
    pub(super) pages: Vec<Entry>,
}

impl Walk {
    /// From the directory at `first` on.
    pub(super) fn new(first: u64) -> Self {
        Self { next: Some(first).filter(|at| *at != 0), seen: HashSet::new(), first: None, pages: Vec::new() }
    }

    /// Where the next directory is, if the walk has not been there.
    pub(super) fn next(&self) -> Option<u64> {
        self.next.filter(|at| !self.seen.contains(at) && self.seen.len() < MAX_DIRECTORIES)
    }

    /// Takes the next directory in; whether it is a page.
    pub(super) fn take(&mut self, entry: &Entry) -> bool {
        self.seen.insert(entry.at);
        self.next = entry.next;
        self.first.get_or_insert_with(|| entry.clone());
        let is_page = entry.is_page(self.pages.last());
        if is_page {
            self.pages.push(entry.clone());
        }
        is_page
    }

    /// The pages, once the walk is over; a file without any has its first directory for one.
    pub(super) fn into_pages(mut self) -> Vec<Entry> {
        if self.pages.is_empty() {
            self.pages.extend(self.first);
        }
        self.pages
    }
}

/// All pages of a file. A chain that breaks off after its first page ends there.
pub(super) fn all_pages<R: Read + Seek>(file: &mut File<R>) -> Result<(Layout, Vec<Entry>), PyramidError> {
    let (layout, first) = file.ask(Layout::read)?;
    let mut walk = Walk::new(first);
    while let Some(at) = walk.next() {
        match file.ask(|pieces| Entry::read(pieces, layout, at)) {
            Ok(entry) => walk.take(&entry),
            Err(PyramidError::Damaged(_)) if walk.first.is_some() => break,
            Err(error) => return Err(error),
        };
    }
    Ok((layout, walk.into_pages()))
}

/// How many pages a TIFF has: pictures in its chain of directories that are no mask and no smaller version of another.
///
/// # Errors
/// When it is no TIFF, or has no directory that can be read.
pub fn tiff_pages(reader: impl Read + Seek) -> Result<u32, PyramidError> {
    let (_, pages) = all_pages(&mut File::new(reader)?)?;
    Ok(pages.len() as u32)
}

/// The page with this number, from 1 on.
pub(super) fn page_of(pages: Vec<Entry>, number: u32) -> Result<Entry, PyramidError> {
    let count = pages.len();
    let page = (number as usize).checked_sub(1).and_then(|at| pages.into_iter().nth(at));
    page.ok_or_else(|| no_page(number, count))
}

pub(super) fn no_page(number: u32, count: usize) -> PyramidError {
    match count {
        0 => damaged("a TIFF without a picture"),
        _ => PyramidError::Unsupported(format!("page {number} of a file that has {count}")),
    }
}
