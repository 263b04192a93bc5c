use super::*;

const SRGB: &[u8] = include_bytes!("../../../tests/fixtures/profiles/srgb.icc");
const PROPHOTO: &[u8] = include_bytes!("../../../tests/fixtures/profiles/prophoto.icc");
const CMYK: &[u8] = include_bytes!("../../../tests/fixtures/profiles/cmyk.icc");

fn made(profile: ColorProfile) -> Vec<u8> {
    profile.encode().unwrap()
}

fn colors(icc: &[u8], pixels: &[u8], channels: Channels) -> Option<Vec<u8>> {
    let mut pixels = pixels.to_vec();
    ColorTransform::to_srgb(icc, channels)?.apply(&mut pixels);
    Some(pixels)
}

#[track_caller]
fn assert_close(got: &[u8], expected: &[u8], by: u8) {
    let close = got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| a.abs_diff(*b) <= by);
    assert!(close, "{got:?} is not {expected:?}");
}

#[test]
fn colours_are_those_of_another_implementation() {
    let cases: [([u8; 3], [u8; 3]); 6] = [
        ([0, 0, 0], [0, 0, 0]),
        ([255, 255, 255], [255, 255, 255]),
        ([128, 128, 128], [146, 146, 146]),
        ([100, 120, 90], [106, 143, 104]),
        ([180, 120, 60], [241, 122, 58]),
        ([60, 80, 130], [0, 103, 155]),
    ];
    for (color, expected) in cases {
        assert_close(&colors(PROPHOTO, &color, Channels::Rgb).unwrap(), &expected, 1);
        let [r, g, b] = color;
        let with_alpha = colors(PROPHOTO, &[r, g, b, 77], Channels::Rgba).unwrap();
        assert_close(&with_alpha[..3], &expected, 1);
        assert_eq!(with_alpha[3], 77);
    }
}

#[test]
fn inks_are_those_of_another_implementation() {
    let cases: [([u8; 4], [u8; 3]); 8] = [
        ([0, 0, 0, 0], [255, 255, 255]),
        ([255, 0, 0, 0], [0, 174, 239]),
        ([0, 255, 0, 0], [236, 0, 140]),
        ([0, 0, 255, 0], [255, 242, 0]),
        ([0, 0, 0, 255], [35, 31, 32]),
        ([128, 100, 80, 40], [120, 126, 137]),
        ([255, 255, 255, 255], [0, 0, 0]),
        ([20, 200, 180, 10], [216, 89, 78]),
    ];
    let transform = CmykTransform::new(Some(CMYK));
    assert!(transform.has_profile());
    for (inks, expected) in cases {
        let mut rgb = [9; 3];
        transform.to_rgb(&inks, &mut rgb);
        assert_close(&rgb, &expected, 4);
    }
}

#[test]
fn inks_without_a_profile_are_pure() {
    for icc in [None, Some(SRGB), Some(&b"noise"[..])] {
        let transform = CmykTransform::new(icc);
        assert!(!transform.has_profile());
        let mut rgb = [9; 8];
        transform.to_rgb(&[255, 0, 0, 0, 0, 128, 255, 51, 1], &mut rgb);
        assert_eq!(rgb, [0, 255, 255, 204, 102, 0, 9, 9]);
    }
}

#[test]
fn gray_has_its_own_curve() {
    let linear = made(ColorProfile::new_gray_with_gamma(1.0));
    let every: Vec<u8> = (0..=255).collect();
    let expected: Vec<u8> = (0..=255).map(|level| encoded(f64::from(level) / 255.0)).collect();
    assert_close(&colors(&linear, &every, Channels::Gray).unwrap(), &expected, 1);
    let usual = made(ColorProfile::new_gray_with_gamma(2.2));
    let got = colors(&usual, &[0, 30, 128, 255], Channels::Gray).unwrap();
    assert_close(&got, &[0, encoded((30.0f64 / 255.0).powf(2.2)), encoded((128.0f64 / 255.0).powf(2.2)), 255], 1);
}

/// The level of sRGB for an amount of light (IEC 61966-2-1).
fn encoded(light: f64) -> u8 {
    let value = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

#[test]
fn srgb_is_known_by_what_it_does() {
    let mut gray = ColorProfile::new_gray_with_gamma(2.2);
    gray.gray_trc = ColorProfile::new_srgb().red_trc;
    let cases = [
        (SRGB.to_vec(), true),
        (made(ColorProfile::new_srgb()), true),
        (made(gray), true),
        (made(ColorProfile::new_adobe_rgb()), false),
        (made(ColorProfile::new_display_p3()), false),
        (made(ColorProfile::new_gray_with_gamma(2.2)), false),
        (PROPHOTO.to_vec(), false),
        (CMYK.to_vec(), false),
        (b"noise".to_vec(), false),
        (Vec::new(), false),
    ];
    for (number, (icc, expected)) in cases.iter().enumerate() {
        assert_eq!([is_srgb(icc), is_srgb(icc)], [*expected; 2], "{number}");
    }
    assert!(ColorTransform::to_srgb(SRGB, Channels::Rgb).is_none(), "nothing to do");
}

#[test]
fn a_profile_for_other_pixels_does_nothing() {
    assert!(ColorTransform::to_srgb(PROPHOTO, Channels::Gray).is_none());
    assert!(ColorTransform::to_srgb(CMYK, Channels::Rgba).is_none());
    assert!(ColorTransform::to_srgb(&made(ColorProfile::new_gray_with_gamma(1.8)), Channels::Rgb).is_none());
    assert!(ColorTransform::to_srgb(&vec![0; MAX_PROFILE + 1], Channels::Rgb).is_none());
}

#[test]
fn any_number_of_pixels() {
    let transform = ColorTransform::to_srgb(PROPHOTO, Channels::Rgb).unwrap();
    for count in [0, 1, CHUNK / 3 - 1, CHUNK / 3 + 1, 3 * CHUNK] {
        let mut raster = Raster::from_pixels(count as u32, 1, Channels::Rgb, [180, 120, 60].repeat(count));
        transform.apply_to(&mut raster);
        assert!(raster.pixels().as_chunks::<3>().0.iter().all(|[r, g, b]| *r > 230 && g.abs_diff(122) < 2 && b.abs_diff(58) < 2));
    }
    let mut torn = [180, 120, 60, 1, 2];
    transform.apply(&mut torn);
}

#[test]
fn names() {
    assert_eq!(profile_name(&made(ColorProfile::new_adobe_rgb())).as_deref(), Some("Adobe RGB 1998"));
    assert!(profile_name(CMYK).unwrap().starts_with("uCMY"));
    assert!(profile_name(SRGB).unwrap().contains("sRGB"));
    assert_eq!(profile_name(b"noise"), None);
    assert_eq!((color_space(CMYK), color_space(b"")), (Some(b"CMYK"), None));
}

#[test]
fn hostile_profiles_do_no_harm() {
    let profiles = [
        SRGB.to_vec(),
        PROPHOTO.to_vec(),
        CMYK.to_vec(),
        made(ColorProfile::new_gray_with_gamma(2.2)),
        made(ColorProfile::new_display_p3()),
    ];
    for icc in profiles {
        let head = icc.len().min(700);
        for end in (0..head).step_by(43).chain([icc.len() - 1]) {
            try_all(&icc[..end]);
        }
        for (number, at) in (0..head).step_by(5).chain((head..icc.len()).step_by(397)).enumerate() {
            let mut changed = icc.clone();
            changed[at] ^= [0x80, 0x01, 0xff][number % 3];
            try_all(&changed);
        }
    }
}

fn try_all(icc: &[u8]) {
    let (mut pixels, mut rgb) = ([200; 24], [0; 18]);
    for channels in [Channels::Gray, Channels::Rgb, Channels::Rgba] {
        if let Some(transform) = ColorTransform::to_srgb(icc, channels) {
            transform.apply(&mut pixels);
        }
    }
    CmykTransform::new(Some(icc)).to_rgb(&pixels, &mut rgb);
    profile_name(icc);
    is_srgb(icc);
}
