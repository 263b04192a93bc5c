//! From a plan to bytes: reading and working in turns.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::{self, Sender};

use super::cut::{Cut, Order, Piece};
use super::lanes::{Lane, Ticket, Wanted};
use super::plan::{Plan, Way};
use super::sources::Tiles;
use super::{ImageError, ImageService, Source, Tag};
use crate::iiif::image::{Format, Quality, Resolved};
use crate::pyramid::{Level, Splice, SpliceRequest};
use crate::raster::Channels;
use crate::storage::StorageError;

/// Parts of a streamed answer that are made ahead of the client.
const AHEAD: usize = 8;
/// Streamed answers up to this are kept on disk.
const KEPT: usize = 48 << 20;
/// How long a client may take no part of an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// So few tiles are put together on the thread that asks.
const AT_ONCE: usize = 2;

/// An answer's bytes.
#[derive(Debug)]
pub enum Picture {
    Whole(Bytes),
    /// The first part, and the others as they are made. An error in place of a part: the answer must not seem to be whole.
    Parts(Bytes, mpsc::Receiver<Result<Bytes, ImageError>>),
}

/// Whether parts of the answer can be sent before the last is made: JPEGs that are neither turned nor transparent, and not so
/// strongly reduced that pixels are taken together in blocks.
pub(super) fn can_be_streamed(source: &Source, plan: &Plan, request: &Resolved) -> bool {
    let plain = request.format == Format::Jpg && request.rotation.is_none() && request.quality != Quality::Bitonal;
    let opaque = source.index.channels() != Channels::Rgba;
    plan.way == Way::Spliced || (plain && opaque && plan.reduction(request.size) < 2.5)
}

/// Makes bytes of rows of tiles.
enum Maker {
    Splice(Box<Splice>),
    Cut(Box<Cut>),
}

impl Maker {
    fn row(&mut self, pieces: &[Piece], helpers: usize, wanted: &Wanted) -> Result<Vec<u8>, ImageError> {
        match self {
            Maker::Splice(splice) => Ok(splice.row(&packed(pieces))?),
            Maker::Cut(cut) => cut.row(pieces, helpers, wanted),
        }
    }

    fn end(self) -> Result<Vec<u8>, ImageError> {
        match self {
            Maker::Splice(splice) => Ok(splice.end()?),
            Maker::Cut(cut) => cut.finish(),
        }
    }
}

fn packed(pieces: &[Piece]) -> Vec<&[u8]> {
    let mut packed = Vec::with_capacity(pieces.len());
    for piece in pieces {
        packed.push(match piece {
            Piece::Packed(bytes) => &bytes[..],
            Piece::Missing | Piece::Decoded(_) => &[],
        });
    }
    packed
}

fn packed_first(rows: &[Vec<Piece>]) -> Option<&Bytes> {
    match rows.first()?.first()? {
        Piece::Packed(bytes) => Some(bytes),
        Piece::Missing | Piece::Decoded(_) => None,
    }
}

/// The JPEG of the plan's window, to be put together of tiles that stay undecoded; `None` where that cannot be.
fn splice(source: &Source, level: &Level, plan: &Plan, request: &Resolved, first: &[u8]) -> Option<Splice> {
    let (x, y) = (plan.window.x as u32, plan.window.y as u32);
    let (width, height) = (request.size.width, request.size.height);
    let gray = request.quality == Quality::Gray;
    // A profile for red, green and blue says nothing of gray.
    let icc = source.colours.profile().filter(|_| !gray || source.index.channels() == Channels::Gray);
    level.splice(&SpliceRequest { x, y, width, height, gray, icc }, first)
}

fn lane(plan: &Plan) -> Lane {
    if plan.is_quick() { Lane::Quick } else { Lane::Heavy }
}

impl ImageService {
    /// The whole answer in one piece.
    pub(super) async fn make_whole(&self, source: &Arc<Source>, request: &Resolved, plan: &Plan) -> Result<Bytes, ImageError> {
        if plan.way != Way::Cut
            && source.colours.to_srgb.is_none()
            && let Some(bytes) = self.undecoded(source, request, plan).await?
        {
            return Ok(bytes);
        }
        let ticket = self.let_in(plan, request, false).await?;
        let mut cut = self.cut(source, request, plan, false);
        let rows = self.pieces(source, plan, plan.rows.clone(), Some(&cut)).await?;
        let helpers = self.helpers(&ticket);
        let made = self.lanes.work(&ticket, move |wanted| {
            rows.iter().try_for_each(|pieces| cut.row(pieces, helpers, wanted).map(drop))?;
            cut.finish()
        });
        Ok(made.await?.into())
    }

    /// The answer from stored tiles as they are; `None` where they have to be decoded after all.
    async fn undecoded(&self, source: &Arc<Source>, request: &Resolved, plan: &Plan) -> Result<Option<Bytes>, ImageError> {
        let level = &source.index.levels[plan.level];
        let rows = self.pieces(source, plan, plan.rows.clone(), None).await?;
        let Some(first) = packed_first(&rows) else { return Ok(None) };
        if plan.way == Way::Stored {
            return Ok(level.jpeg_stream(first, source.colours.profile()).map(Bytes::from));
        }
        let Some(mut splice) = splice(source, level, plan, request, first) else { return Ok(None) };
        let put_together = move |wanted: &Wanted| {
            let mut bytes = splice.head();
            for row in &rows {
                wanted.check()?;
                bytes.extend(splice.row(&packed(row))?);
            }
            bytes.extend(splice.end()?);
            Ok(bytes)
        };
        if plan.tiles() <= AT_ONCE as u64 {
            return put_together(&Wanted::default()).map(|bytes| Some(bytes.into()));
        }
        let ticket = self.lanes.enter(lane(plan), 1).await?;
        Ok(Some(self.lanes.work(&ticket, put_together).await?.into()))
    }

    /// The answer in parts, which are made while the client takes the ones before. Kept on disk as `keep`, once it is whole.
    pub(super) async fn make_stream(
        self: &Arc<Self>,
        source: &Arc<Source>,
        request: &Resolved,
        plan: Plan,
        keep: Option<Tag>,
    ) -> Result<Picture, ImageError> {
        let ticket = self.let_in(&plan, request, true).await?;
        let first = self.pieces(source, &plan, plan.rows.start..plan.rows.start + 1, None).await?;
        let level = &source.index.levels[plan.level];
        let spliced =
            if plan.way == Way::Spliced { packed_first(&first).and_then(|tile| splice(source, level, &plan, request, tile)) } else { None };
        let (head, maker) = match spliced {
            Some(mut splice) => (splice.head(), Maker::Splice(Box::new(splice))),
            None => {
                self.check_area(&plan)?;
                (Vec::new(), Maker::Cut(Box::new(self.cut(source, request, &plan, true))))
            }
        };
        let stream = Stream { service: self.clone(), source: source.clone(), plan, ticket };
        let row = stream.plan.rows.start;
        let (maker, made, next) = stream.turn(maker, row, first.into_iter().next().unwrap_or_default()).await?;
        let start = Bytes::from([head, made].concat());
        let (sender, parts) = mpsc::channel(AHEAD);
        let mut sent = Sent { sender, whole: keep.map(|tag| (tag, vec![start.clone()])) };
        tokio::spawn(async move {
            if let Err(error) = stream.run(maker, row + 1, next, &mut sent).await {
                // If nobody takes it, nobody is there.
                let _ = sent.sender.send(Err(error)).await;
            }
        });
        Ok(Picture::Parts(start, parts))
    }

    async fn let_in(&self, plan: &Plan, request: &Resolved, in_parts: bool) -> Result<Ticket, ImageError> {
        if plan.way == Way::Cut {
            self.check_area(plan)?;
        }
        self.lanes.enter(lane(plan), plan.megabytes(request, in_parts)).await
    }

    fn cut(&self, source: &Source, request: &Resolved, plan: &Plan, in_parts: bool) -> Cut {
        let kept = plan.is_quick().then(|| (self.decoded.clone(), source.master));
        let order = Order { request: request.clone(), encode: self.settings.encode, colours: source.colours.clone(), in_parts };
        Cut::new(source.index.clone(), plan.clone(), order, kept)
    }

    /// How many more threads an expensive piece of work may use: as many as its lane has workers without work, the one that is
    /// about to take it among them. So a lone request uses one thread more than there are workers.
    fn helpers(&self, ticket: &Ticket) -> usize {
        if ticket.lane() == Lane::Heavy { self.lanes.idle(Lane::Heavy) } else { 0 }
    }

    /// The tiles of some rows of the plan, each row from left to right: those that `cut` knows decoded, the others read.
    async fn pieces(&self, source: &Source, plan: &Plan, rows: Range<u32>, cut: Option<&Cut>) -> Result<Vec<Vec<Piece>>, ImageError> {
        let level = &source.index.levels[plan.level];
        let mut ranges = Vec::new();
        let mut pieces: Vec<Vec<Piece>> = Vec::new();
        let mut places = Vec::new();
        for (number, row) in rows.enumerate() {
            let mut line = Vec::new();
            for column in plan.columns.clone() {
                line.push(match (cut.and_then(|cut| cut.known(column, row)), level.tile_range(column, row)) {
                    (Some(planes), _) => Piece::Decoded(planes),
                    (None, None) => Piece::Missing,
                    (None, Some(range)) => {
                        places.push((number, line.len()));
                        ranges.push(range);
                        Piece::Missing
                    }
                });
            }
            pieces.push(line);
        }
        let Tiles { storage, key, version } = &source.tiles;
        let read = storage.read_ranges(key, &ranges, Some(version)).await.map_err(|error| match error {
            // A pyramid that made room for others, or a master that was taken away: whoever asks again is told.
            StorageError::NotFound => ImageError::Changed,
            other => other.into(),
        })?;
        for ((row, column), bytes) in places.into_iter().zip(read) {
            pieces[row][column] = Piece::Packed(bytes);
        }
        Ok(pieces)
    }
}

/// An answer that is being made and sent.
struct Stream {
    service: Arc<ImageService>,
    source: Arc<Source>,
    plan: Plan,
    ticket: Ticket,
}

impl Stream {
    /// Makes what a row of tiles adds, and reads the next row meanwhile.
    async fn turn(&self, mut maker: Maker, row: u32, pieces: Vec<Piece>) -> Result<(Maker, Vec<u8>, Vec<Piece>), ImageError> {
        let helpers = self.service.helpers(&self.ticket);
        let work = self.service.lanes.work(&self.ticket, move |wanted| {
            let made = maker.row(&pieces, helpers, wanted)?;
            Ok((maker, made))
        });
        let next = row + 1..(row + 2).min(self.plan.rows.end);
        let read = self.service.pieces(&self.source, &self.plan, next, None);
        let ((maker, made), next) = tokio::try_join!(work, read)?;
        Ok((maker, made, next.into_iter().next().unwrap_or_default()))
    }

    /// Makes and sends everything from a row of tiles on.
    async fn run(self, mut maker: Maker, first: u32, mut pieces: Vec<Piece>, sent: &mut Sent) -> Result<(), ImageError> {
        for row in first..self.plan.rows.end {
            let (same, made, next) = self.turn(maker, row, pieces).await?;
            sent.send(made).await?;
            (maker, pieces) = (same, next);
        }
        let end = self.service.lanes.work(&self.ticket, move |_| maker.end()).await?;
        sent.send(end).await?;
        if let Some((tag, parts)) = sent.whole.take() {
            self.service.derivatives.keep(&tag, parts.concat().into());
        }
        Ok(())
    }
}

/// Where the parts of an answer go.
struct Sent {
    sender: Sender<Result<Bytes, ImageError>>,
    /// All of them so far, as long as they are to be kept.
    whole: Option<(Tag, Vec<Bytes>)>,
}

impl Sent {
    async fn send(&mut self, part: Vec<u8>) -> Result<(), ImageError> {
        let part = Bytes::from(part);
        if part.is_empty() {
            return Ok(());
        }
        if let Some((_, parts)) = &mut self.whole {
            parts.push(part.clone());
            let length: usize = parts.iter().map(Bytes::len).sum();
            self.whole = self.whole.take().filter(|_| length <= KEPT);
        }
        let taken = tokio::time::timeout(PATIENCE, self.sender.send(Ok(part))).await;
        taken.map_err(|_| ImageError::Left)?.map_err(|_| ImageError::Left)
    }
}
