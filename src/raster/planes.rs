//! Pictures as JPEG has them: brightness, and colour at less resolution.

use super::{Channels, Raster};

/// A picture in one plane of whole pixels, or in three: luma, and two of chroma (full-range YCbCr of ITU-R BT.601).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planes {
    planes: Vec<Raster>,
    /// How many pixels of the picture one sample of chroma stands for, across and down.
    factor: (u32, u32),
}

impl Planes {
    /// A picture whose pixels are together.
    pub fn whole(raster: Raster) -> Self {
        Self { planes: vec![raster], factor: (1, 1) }
    }

    /// Luma and chroma; one sample of chroma stands for `factor` pixels, those at odd edges for fewer.
    ///
    /// # Panics
    /// When the planes' sizes do not go together: the caller has mixed something up.
    pub fn ycbcr(luma: Raster, chroma: [Raster; 2], factor: (u32, u32)) -> Self {
        let size = (luma.width().div_ceil(factor.0), luma.height().div_ceil(factor.1));
        let fits = chroma.iter().all(|plane| (plane.width(), plane.height()) == size && plane.channels() == Channels::Gray);
        assert!(fits && luma.channels() == Channels::Gray, "planes do not go together");
        let [blue, red] = chroma;
        Self { planes: vec![luma, blue, red], factor }
    }

    pub fn width(&self) -> u32 {
        self.planes[0].width()
    }

    pub fn height(&self) -> u32 {
        self.planes[0].height()
    }

    /// Each plane with how many pixels of the picture one of its samples stands for, across and down.
    pub fn iter(&self) -> impl Iterator<Item = (&Raster, (u32, u32))> {
        self.planes.iter().enumerate().map(|(number, plane)| (plane, if number == 0 { (1, 1) } else { self.factor }))
    }

    /// Luma and chroma with the chroma's factor, unless the pixels are together.
    pub fn as_ycbcr(&self) -> Option<(&Raster, [&Raster; 2], (u32, u32))> {
        match &self.planes[..] {
            [luma, blue, red] => Some((luma, [blue, red], self.factor)),
            _ => None,
        }
    }

    /// The luma, or the pixels that are together.
    pub fn first(&self) -> &Raster {
        &self.planes[0]
    }

    /// The luma alone, or the pixels that are together.
    pub fn into_first(mut self) -> Raster {
        self.planes.swap_remove(0)
    }

    /// A picture of zeros, made of the same planes, of another size.
    pub fn blank(&self, width: u32, height: u32) -> Self {
        let blank = |(plane, (x, y)): (&Raster, (u32, u32))| Raster::zeroed(width.div_ceil(x), height.div_ceil(y), plane.channels());
        Self { planes: self.iter().map(blank).collect(), factor: self.factor }
    }

    /// Copies the part of `source` that starts at `from` to `to`, as far as both reach; all four numbers are multiples of the
    /// chroma's factor. Nothing is done, and `false` comes back, when the two are made of different planes.
    pub fn paste(&mut self, source: &Planes, from: (u32, u32), to: (u32, u32)) -> bool {
        let alike = self.factor == source.factor
            && self.planes.len() == source.planes.len()
            && self.planes[0].channels() == source.planes[0].channels();
        if alike {
            for (target, (plane, (x, y))) in self.planes.iter_mut().zip(source.iter()) {
                target.copy_from(plane, (from.0 / x, from.1 / y), (to.0 / x, to.1 / y));
            }
        }
        alike
    }

    /// Changes every plane, told how many pixels one of its samples stands for, across and down.
    pub fn each(&mut self, mut change: impl FnMut(&mut Raster, (u32, u32))) {
        let factor = self.factor;
        for (number, plane) in self.planes.iter_mut().enumerate() {
            change(plane, if number == 0 { (1, 1) } else { factor });
        }
    }

    /// Bytes held in memory.
    pub fn memory(&self) -> usize {
        self.planes.iter().map(|plane| plane.pixels().len()).sum()
    }
}
