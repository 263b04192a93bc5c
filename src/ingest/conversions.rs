//! From a file on this machine to a pyramid: a few at a time, bounded by the memory that their pixels may take, on threads that give
//! way to everything else.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, oneshot};

use super::MasterError;
use super::progress::{Counted, Progress, Stopping};
use super::pyramids::{is_pyramid, mended, told};
use super::scratch::Scratch;
use crate::catalog::{Checksums, MasterReport};
use crate::formats::{self, ConvertOptions, FormatError, FormatLimits, Report};
use crate::image_service::give_way;
use crate::pyramid::WriteOptions;

/// Megabytes that a conversion takes besides the decoded picture.
const BESIDES: u64 = 32;
/// How much less urgent than the rest of the machine's work conversions are.
const NICENESS: i32 = 10;

/// How much may be converted at a time.
#[derive(Clone, Copy, Debug)]
pub struct ConversionSettings {
    pub limits: FormatLimits,
    pub threads: usize,
    /// Memory for pixels, in megabytes.
    pub memory: u32,
}

/// Makes pyramids; clones share the bounds.
#[derive(Clone)]
pub(super) struct Conversions {
    settings: ConversionSettings,
    threads: Arc<Semaphore>,
    memory: Arc<Semaphore>,
}

/// What is made of a file.
#[derive(Clone, Default)]
pub(super) struct Wish {
    /// Which picture of a TIFF that has several, from 1; 0 is the first.
    pub page: u32,
    pub lossless: bool,
    /// A pyramid is made of a file that serves as it is, too.
    pub anew: bool,
    pub progress: Progress,
}

/// What became of a file.
pub(super) struct Converted {
    pub report: MasterReport,
    /// The pyramid that was made, or nothing where the file serves as it is.
    pub pyramid: Option<Scratch>,
    pub sums: Checksums,
}

impl Conversions {
    pub fn new(settings: ConversionSettings) -> Self {
        let (threads, memory) = (settings.threads.max(1), settings.memory.max(1));
        Self { settings, threads: Arc::new(Semaphore::new(threads)), memory: Arc::new(Semaphore::new(memory as usize)) }
    }

    pub fn limits(&self) -> FormatLimits {
        self.settings.limits
    }

    /// Looks at a file and makes a pyramid of it, when its turn has come. Whoever does not wait any more stops it.
    pub async fn run(&self, file: &Arc<Scratch>, wish: Wish) -> Result<Converted, MasterError> {
        let _thread = self.threads.clone().acquire_owned().await;
        let (limits, looked) = (self.settings.limits, file.clone());
        let report = apart(move || Ok(formats::inspect(looked.path(), &limits)?)).await?;
        let megabytes = self.megabytes(&report);
        let memory = self.memory.clone().acquire_many_owned(megabytes).await;
        let _stopping = Stopping(wish.progress.clone());
        let file = file.clone();
        apart(move || {
            // Held by the thread itself: it takes the memory until it has stopped, whoever waits for it or not.
            let _memory = memory;
            give_way(NICENESS);
            converted(&file, report, &limits, &wish)
        })
        .await
    }

    /// What a picture takes when it is decoded as a whole: what is larger than all there is takes all there is.
    fn megabytes(&self, report: &Report) -> u32 {
        let pixels = report.width.unwrap_or(0).saturating_mul(report.height.unwrap_or(0)).min(self.settings.limits.max_pixels);
        let megabytes = (pixels.saturating_mul(4) >> 20) + BESIDES;
        u32::try_from(megabytes).unwrap_or(u32::MAX).min(self.settings.memory.max(1))
    }
}

fn converted(file: &Scratch, report: Report, limits: &FormatLimits, wish: &Wish) -> Result<Converted, FormatError> {
    let master = Some(sum(file.path())?);
    if !wish.anew && wish.page <= 1 && is_pyramid(file.path())? {
        return Ok(Converted { report: told(report), pyramid: None, sums: Checksums { master, pyramid: None } });
    }
    let rows = formats::page_rows(file.path(), wish.page.max(1), limits)?;
    let pyramid = file.converted();
    let options =
        ConvertOptions { write: WriteOptions { lossless: wish.lossless, ..WriteOptions::default() }, ..ConvertOptions::default() };
    formats::convert_rows(&mut Counted::new(rows, wish.progress.clone()), pyramid.path(), &options)?;
    let sums = Checksums { master, pyramid: Some(sum(pyramid.path())?) };
    Ok(Converted { report: mended(told(report)), pyramid: Some(pyramid), sums })
}

/// SHA-256 of a file.
fn sum(path: &Path) -> std::io::Result<Vec<u8>> {
    let (mut file, mut hash) = (std::fs::File::open(path)?, Sha256::new());
    std::io::copy(&mut file, &mut hash)?;
    Ok(hash.finalize().to_vec())
}

/// On a thread of its own. What panics over a file cannot decode it.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, FormatError> + Send + 'static) -> Result<T, MasterError> {
    let (done, result) = oneshot::channel();
    let thread = std::thread::Builder::new().name("convert".to_owned());
    // Who waits for the result may have left.
    let started = thread.spawn(move || drop(done.send(work())));
    started.map_err(MasterError::Scratch)?;
    Ok(result.await.unwrap_or_else(|_| Err(FormatError::Damaged("it cannot be decoded".to_owned())))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversions(threads: usize, memory: u32) -> Conversions {
        Conversions::new(ConversionSettings { limits: FormatLimits::default(), threads, memory })
    }

    fn copy(folder: &Path, name: &str) -> Arc<Scratch> {
        let path = folder.join(uuid::Uuid::now_v7().to_string());
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
        std::fs::copy(fixture, &path).expect("a fixture");
        Arc::new(Scratch::of(path))
    }

    #[tokio::test]
    async fn what_serves_stays_and_anything_else_becomes_a_pyramid() {
        let folder = tempfile::tempdir().expect("a folder");
        let all = conversions(2, 100);
        for (name, made) in [("tiff/vips-jpeg90.tif", false), ("masters/baseline.jpg", true), ("tiff-kinds/rgb-lzw.tif", true)] {
            let file = copy(folder.path(), name);
            let progress = Progress::default();
            let done = all.run(&file, Wish { progress: progress.clone(), ..Wish::default() }).await.expect(name);
            assert_eq!(done.pyramid.is_some(), made, "{name}");
            assert_eq!(done.sums.pyramid.is_some(), made, "{name}");
            assert_eq!(done.sums.master, Some(sum(file.path()).expect("a sum")), "{name}");
            let told = progress.now();
            assert_eq!(told.total.is_some_and(|total| total == told.done), made, "{name}: every row was counted: {told:?}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing stays");
    }

    #[tokio::test]
    async fn the_largest_picture_takes_all_the_memory_and_no_more() {
        let few = conversions(4, 50);
        let report = Report { width: Some(15_000), height: Some(15_000), ..Report::default() };
        assert_eq!(few.megabytes(&report), 50);
        assert_eq!(few.megabytes(&Report { width: Some(1024), height: Some(1024), ..Report::default() }), 36);
        assert_eq!(few.megabytes(&Report::default()), 32);
        let folder = tempfile::tempdir().expect("a folder");
        assert!(few.run(&copy(folder.path(), "masters/baseline.jpg"), Wish::default()).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_no_picture_is_told_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, "a text").expect("a file");
        let failed = conversions(1, 1).run(&Arc::new(Scratch::of(path)), Wish::default()).await;
        assert!(matches!(failed, Err(MasterError::Format(FormatError::Unrecognised))));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
