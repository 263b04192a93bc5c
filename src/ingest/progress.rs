//! How far work is, told by those who do it and read by those who wait; and the wish that it ends.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

use crate::catalog::JobProgress;
use crate::pyramid::{RowError, RowSource};
use crate::raster::Channels;

/// How far a piece of work is; clones share it.
#[derive(Clone, Default)]
pub struct Progress(Arc<Shared>);

#[derive(Default)]
struct Shared {
    done: AtomicI64,
    /// 0 while it is not known.
    total: AtomicI64,
    rows: AtomicBool,
    stopped: AtomicBool,
}

/// Stops the work when it goes away: whoever waited for it has left.
pub(super) struct Stopping(pub Progress);

impl Drop for Stopping {
    fn drop(&mut self) {
        self.0.0.stopped.store(true, Relaxed);
    }
}

impl Progress {
    /// So many bytes are read, of so many if that is known.
    pub(super) fn bytes(&self, done: u64, total: Option<u64>) {
        self.0.rows.store(false, Relaxed);
        self.0.done.store(i64::try_from(done).unwrap_or(i64::MAX), Relaxed);
        self.0.total.store(total.and_then(|total| i64::try_from(total).ok()).unwrap_or(0), Relaxed);
    }

    fn begin_rows(&self, total: u32) {
        self.0.done.store(0, Relaxed);
        self.0.total.store(total.into(), Relaxed);
        self.0.rows.store(true, Relaxed);
    }

    /// As it is written down.
    pub fn now(&self) -> JobProgress {
        let total = Some(self.0.total.load(Relaxed)).filter(|total| *total > 0);
        let unit = if self.0.rows.load(Relaxed) { "rows" } else { "bytes" };
        JobProgress { done: self.0.done.load(Relaxed), total, unit: total.map(|_| unit.to_owned()) }
    }
}

/// Rows of another source, counted on the way; they end when nobody waits for them.
pub(super) struct Counted {
    rows: Box<dyn RowSource>,
    progress: Progress,
}

impl Counted {
    pub fn new(rows: Box<dyn RowSource>, progress: Progress) -> Self {
        progress.begin_rows(rows.height());
        Self { rows, progress }
    }
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
        if self.progress.0.stopped.load(Relaxed) {
            return Err(io::Error::from(io::ErrorKind::Interrupted).into());
        }
        self.rows.read_rows(rows)?;
        let row = (self.width() as usize * self.channels().count()).max(1);
        self.progress.0.done.fetch_add((rows.len() / row) as i64, Relaxed);
        Ok(())
    }

    fn icc(&self) -> Option<Vec<u8>> {
        self.rows.icc()
    }

    fn orientation(&self) -> u16 {
        self.rows.orientation()
    }
}
