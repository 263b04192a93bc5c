//! Which requests give the largest picture that a service has, and where their answers belong in it.

use super::PullError;
use super::service::Service;

/// Side of the tiles that are asked for where any region can be.
const TILE: u32 = 1024;
/// A picture of this many pixels is had in one request where the service gives it whole.
const WHOLE: u64 = 4_000_000;
/// Most requests for one picture.
const MOST: u64 = 100_000;

/// A picture in tiles, which lie in rows of equal height but for the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Of the picture that is had.
    pub width: u32,
    pub height: u32,
    /// In the picture; all but the last ones in a row and a column.
    tile: (u32, u32),
    /// By how much what is had is smaller than the whole.
    scale: u32,
    /// The whole, in the service's own pixels.
    whole: (u32, u32),
    /// Base URI, and what comes after the rotation.
    base: String,
    quality: &'static str,
    version: u8,
    /// Whether regions of the picture are asked for; otherwise the whole at once.
    tiled: bool,
}

/// An answer that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Place in the picture.
    pub x: u32,
    pub width: u32,
    pub height: u32,
    /// Where it is asked for, without the format: each is asked when the one before it is not there.
    pub urls: Vec<String>,
}

impl Plan {
    /// # Errors
    /// [`PullError::Unusable`] for a picture that is larger than may be, or that is given in no way that is understood.
    pub fn of(service: &Service, max_pixels: u64, max_side: u32) -> Result<Self, PullError> {
        let plan = Self::best(service).ok_or_else(|| PullError::Unusable("offers neither tiles nor sizes".to_owned()))?;
        let pixels = u64::from(plan.width) * u64::from(plan.height);
        if pixels > max_pixels || plan.width.max(plan.height) > max_side {
            let what = format!("tells of {} x {} pixels, more than are taken in (max_source_pixels)", plan.width, plan.height);
            return Err(PullError::Unusable(what));
        }
        if plan.columns() * plan.rows() > MOST {
            return Err(PullError::Unusable(format!("offers tiles so small that it would take more than {MOST} requests")));
        }
        Ok(plan)
    }

    fn best(service: &Service) -> Option<Self> {
        let (width, height) = (service.width, service.height);
        let (most_width, most_height, most_area) = service.most;
        let area = u64::from(width) * u64::from(height);
        let fits = width <= most_width && height <= most_height && area <= most_area;
        if service.any_region {
            let whole = fits && area <= WHOLE;
            return Some(if whole { Self::whole(service, width, height) } else { Self::tiled(service, region(service), 1) });
        }
        // The least reduced of what lies there ready; tiles rather than the whole, which may be large.
        let tiles = service.tiles.iter().flat_map(|(width, height, factors)| factors.iter().map(move |by| (*by, *width, *height)));
        let tiles = tiles.min_by_key(|(by, width, height)| (*by, std::cmp::Reverse(u64::from(*width) * u64::from(*height))));
        let sizes = service.sizes.iter().filter(|size| size.0 <= width && size.1 <= height).max();
        match (tiles, sizes) {
            (Some((by, ..)), Some(size)) if size.0 > width.div_ceil(by) => Some(Self::whole(service, size.0, size.1)),
            (Some((by, tile_width, tile_height)), _) => Some(Self::tiled(service, (tile_width, tile_height), by)),
            (None, Some(size)) => Some(Self::whole(service, size.0, size.1)),
            // Even level 0 gives the whole (Image API 2.1, section 6).
            (None, None) => fits.then(|| Self::whole(service, width, height)),
        }
    }

    fn whole(service: &Service, width: u32, height: u32) -> Self {
        Self { tile: (width, height), tiled: false, ..Self::tiled(service, (width, height), 1).sized(width, height) }
    }

    fn sized(self, width: u32, height: u32) -> Self {
        Self { width, height, ..self }
    }

    fn tiled(service: &Service, tile: (u32, u32), scale: u32) -> Self {
        Self {
            width: service.width.div_ceil(scale),
            height: service.height.div_ceil(scale),
            tile,
            scale,
            whole: (service.width, service.height),
            base: service.base.clone(),
            quality: service.quality(),
            version: service.version,
            tiled: true,
        }
    }

    fn columns(&self) -> u64 {
        self.width.div_ceil(self.tile.0).into()
    }

    fn rows(&self) -> u64 {
        self.height.div_ceil(self.tile.1).into()
    }

    /// How many tiles there are in all.
    pub fn tiles(&self) -> usize {
        (self.columns() * self.rows()) as usize
    }

    /// The tiles, row by row from top to bottom, each row from left to right.
    pub fn bands(&self) -> impl Iterator<Item = Vec<Tile>> + '_ {
        (0..self.rows() as u32).map(|row| (0..self.columns() as u32).map(|column| self.tile(column, row)).collect())
    }

    fn tile(&self, column: u32, row: u32) -> Tile {
        let (x, y) = (column * self.tile.0, row * self.tile.1);
        let (width, height) = (self.tile.0.min(self.width - x), self.tile.1.min(self.height - y));
        let region = if self.tiled { self.region(x, y) } else { (0, 0, self.whole.0, self.whole.1) };
        Tile { x, width, height, urls: self.urls(region, width, height) }
    }

    /// The part of the whole that a tile at this place shows.
    fn region(&self, x: u32, y: u32) -> (u32, u32, u32, u32) {
        let span = |at: u32, tile: u32, whole: u32| {
            let start = at * self.scale;
            (start, tile.saturating_mul(self.scale).min(whole - start))
        };
        let ((left, width), (top, height)) = (span(x, self.tile.0, self.whole.0), span(y, self.tile.1, self.whole.1));
        (left, top, width, height)
    }

    /// The canonical request comes first; what lies ready on a disk may be called otherwise.
    fn urls(&self, (left, top, region_width, region_height): (u32, u32, u32, u32), width: u32, height: u32) -> Vec<String> {
        let is_whole = (region_width, region_height) == self.whole;
        let is_full_size = (width, height) == (region_width, region_height);
        let exact = if self.version >= 3 { format!("{width},{height}") } else { format!("{width},") };
        let named = if self.version >= 3 { "max" } else { "full" };
        let pixels = format!("{left},{top},{region_width},{region_height}");
        let mut asked = Vec::new();
        if is_whole && is_full_size {
            asked.push(("full".to_owned(), named.to_owned()));
        }
        if is_whole {
            asked.push(("full".to_owned(), exact.clone()));
        }
        if self.tiled {
            asked.push((pixels.clone(), exact));
        }
        // Of 2.x, some tile makers write both sides, and those of 3.0 one.
        let other = if self.version >= 3 { format!("{width},") } else { format!("{width},{height}") };
        asked.push((if is_whole { "full".to_owned() } else { pixels }, other));
        asked.into_iter().map(|(region, size)| format!("{}/{region}/{size}/0/{}", self.base, self.quality)).collect()
    }
}

/// The tile to ask for where any region can be: a multiple of what is offered, which is likely to be ready, as large as may be.
fn region(service: &Service) -> (u32, u32) {
    let offered = service.tiles.iter().map(|(width, height, _)| (*width, *height)).max().unwrap_or((TILE, TILE));
    let (most_width, most_height, most_area) = service.most;
    let enough = |tile: u32, most: u32| (tile * (TILE / tile).max(1)).min(most);
    let (width, height) = (enough(offered.0, most_width), enough(offered.1, most_height));
    if u64::from(width) * u64::from(height) <= most_area {
        return (width, height);
    }
    let side = u32::try_from(most_area.isqrt()).unwrap_or(u32::MAX).max(1);
    (side.min(most_width), side.min(most_height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn service(width: u32, height: u32) -> Service {
        Service {
            base: "b".to_owned(),
            version: 3,
            width,
            height,
            any_region: false,
            tiles: Vec::new(),
            sizes: Vec::new(),
            most: (u32::MAX, u32::MAX, u64::MAX),
            format: "jpg",
        }
    }

    fn plan(service: &Service) -> Plan {
        Plan::of(service, 1 << 40, 1 << 30).expect("a plan")
    }

    #[test]
    fn what_lies_ready_is_taken_as_large_as_it_is() {
        let level_0 = |tiles: &[(u32, &[u32])], sizes: &[(u32, u32)]| {
            let tiles = tiles.iter().map(|(side, factors)| (*side, *side, factors.to_vec())).collect();
            let plan = plan(&Service { tiles, sizes: sizes.to_vec(), ..service(5000, 3000) });
            (plan.width, plan.height, plan.tiles())
        };
        assert_eq!(level_0(&[(512, &[1, 2, 4])], &[(5000, 3000)]), (5000, 3000, 60));
        assert_eq!(level_0(&[(256, &[1]), (1024, &[1])], &[]), (5000, 3000, 15), "large tiles before small ones");
        assert_eq!(level_0(&[(512, &[2, 4])], &[(625, 375)]), (2500, 1500, 15));
        assert_eq!(level_0(&[(512, &[4])], &[(5000, 3000)]), (5000, 3000, 1), "the whole, where tiles are reduced");
        assert_eq!(level_0(&[], &[(625, 375), (2500, 1500)]), (2500, 1500, 1));
        assert_eq!(level_0(&[], &[(9999, 9999)]), (5000, 3000, 1), "more than the whole is a mistake");
        assert_eq!(level_0(&[], &[]), (5000, 3000, 1));
    }

    #[test]
    fn services_that_cut_give_large_regions_within_their_limits() {
        let cut = |change: &dyn Fn(&mut Service)| {
            let mut service = Service { any_region: true, ..service(5000, 3000) };
            change(&mut service);
            plan(&service).tile
        };
        assert_eq!(cut(&|_| {}), (1024, 1024));
        assert_eq!(cut(&|service| service.tiles = vec![(256, 256, vec![1])]), (1024, 1024));
        assert_eq!(cut(&|service| service.tiles = vec![(300, 200, vec![1])]), (900, 1000));
        assert_eq!(cut(&|service| service.tiles = vec![(2048, 2048, vec![4])]), (2048, 2048));
        assert_eq!(cut(&|service| service.most = (600, 400, u64::MAX)), (600, 400));
        assert_eq!(cut(&|service| service.most.2 = 250_000), (500, 500));
        assert_eq!(cut(&|service| (service.width, service.height) = (1500, 1200)), (1500, 1200), "small ones at once");
    }

    #[test]
    fn requests_are_canonical_first() {
        let urls = |version: u8, tiled: bool| {
            let mut service = Service { version, ..service(700, 400) };
            service.tiles = if tiled { vec![(512, 512, vec![1, 2])] } else { Vec::new() };
            plan(&service).bands().flatten().map(|tile| tile.urls[0].clone()).collect::<Vec<_>>()
        };
        assert_eq!(urls(3, true), ["b/0,0,512,400/512,400/0/default", "b/512,0,188,400/188,400/0/default"]);
        assert_eq!(urls(2, true), ["b/0,0,512,400/512,/0/default", "b/512,0,188,400/188,/0/default"]);
        assert_eq!(urls(3, false), ["b/full/max/0/default"]);
        assert_eq!(urls(2, false), ["b/full/full/0/default"]);
        let half = plan(&Service { tiles: vec![(256, 256, vec![2])], ..service(700, 401) });
        let tiles: Vec<Tile> = half.bands().flatten().collect();
        assert_eq!(tiles[1].urls[0], "b/512,0,188,401/94,201/0/default");
        let reduced = plan(&Service { sizes: vec![(350, 200)], ..service(700, 400) });
        assert_eq!(reduced.bands().flatten().next().expect("a tile").urls, ["b/full/350,200/0/default", "b/full/350,/0/default"]);
    }

    #[test]
    fn what_would_be_too_much_is_refused() {
        let refused = |service: &Service| Plan::of(service, 1_000_000, 5000).is_err();
        assert!(refused(&service(1001, 1000)) && refused(&service(5001, 1)) && !refused(&service(1000, 1000)));
        assert!(refused(&Service { tiles: vec![(1, 1, vec![1])], ..service(1000, 1000) }));
        assert!(Plan::of(&Service { most: (10, 10, 100), ..service(1000, 1000) }, 1 << 40, 1 << 30).is_err(), "nothing is offered");
    }

    proptest! {
        #[test]
        fn tiles_cover_the_picture_without_a_gap(
            width in 1_u32..3000, height in 1_u32..3000, tile in 16_u32..700, by in 1_u32..5, any_region: bool, version in 1_u8..4,
            most in 50_u32..4000,
        ) {
            let tiles = vec![(tile, tile, vec![by])];
            let service = Service { tiles, any_region, version, most: (most, most, u64::MAX), ..service(width, height) };
            let plan = plan(&service);
            let mut y = 0;
            for band in plan.bands() {
                let mut x = 0;
                for tile in &band {
                    prop_assert_eq!((tile.x, tile.height), (x, band[0].height));
                    prop_assert!(tile.width > 0 && !tile.urls.is_empty());
                    prop_assert!(!any_region || (tile.width <= most && tile.height <= most));
                    x += tile.width;
                }
                prop_assert_eq!(x, plan.width);
                y += band[0].height;
            }
            prop_assert_eq!(y, plan.height);
        }
    }
}
