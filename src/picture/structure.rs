//! Whether a region still shows the same thing: structural similarity.
//!
//! After Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to
//! Structural Similarity" (IEEE Transactions on Image Processing 13, 2004), on luma, in windows of
//! 8 × 8 pixels every 4, without the term for brightness: a change of light is no change of shape.

use super::color::luma;
use super::{Mask, Picture};

/// Side of a window, and the step from one to the next.
const WINDOW: u32 = 8;
const STEP: u32 = 4;
/// The authors' constant for contrast, (0.03 × 255)².
const CONTRAST: f64 = 58.522_5;

/// How much of the structure of a region survives, -1 to 1, 1 = all; `None` where no window of it
/// has any structure to lose.
///
/// # Panics
/// When the sizes differ.
pub fn kept(before: &Picture, after: &Picture, region: &Mask) -> Option<f64> {
    assert_eq!(before.size(), after.size(), "size of the pictures");
    assert_eq!(before.size(), region.size(), "size of the region");
    let (width, height) = before.size();
    let grey = |picture: &Picture| -> Vec<u8> { picture.rgb().map(luma).collect() };
    let (one, other) = (grey(before), grey(after));
    let (mut sum, mut weight) = (0.0, 0.0);
    for top in (0..=height.saturating_sub(WINDOW)).step_by(STEP as usize) {
        for left in (0..=width.saturating_sub(WINDOW)).step_by(STEP as usize) {
            if region.at(
                (left + WINDOW / 2).min(width - 1),
                (top + WINDOW / 2).min(height - 1),
            ) == 0
            {
                continue;
            }
            let (alike, contrast) = window(&one, &other, (left, top), (width, height));
            // Windows with lines in them say more than those without.
            sum += alike * contrast;
            weight += contrast;
        }
    }
    (weight > 1.0).then(|| sum / weight)
}

/// The similarity of one window, and the contrast of its first picture.
fn window(one: &[u8], other: &[u8], at: (u32, u32), size: (u32, u32)) -> (f64, f64) {
    let (mut count, mut a, mut b, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for y in at.1..(at.1 + WINDOW).min(size.1) {
        for x in at.0..(at.0 + WINDOW).min(size.0) {
            let place = y as usize * size.0 as usize + x as usize;
            let (p, q) = (f64::from(one[place]), f64::from(other[place]));
            count += 1.0;
            a += p;
            b += q;
            aa += p * p;
            bb += q * q;
            ab += p * q;
        }
    }
    let (va, vb) = (
        aa / count - (a / count).powi(2),
        bb / count - (b / count).powi(2),
    );
    let covariance = ab / count - a * b / (count * count);
    (
        (2.0 * covariance + CONTRAST) / (va + vb + CONTRAST),
        va.max(0.0).sqrt(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;

    fn letters(shift: u32) -> Picture {
        let samples = (0..64 * 64).map(|at| {
            let (x, y) = ((at + shift) % 64, at / 64);
            if (x / 5 + y / 7) % 2 == 0 { 40 } else { 210 }
        });
        Picture::new(64, 64, Layout::Grey, samples.collect())
    }

    fn everywhere() -> Mask {
        Mask::new(64, 64, vec![255; 64 * 64])
    }

    #[test]
    fn light_changes_nothing_and_other_letters_do() {
        let before = letters(0);
        let mut brighter = before.clone();
        brighter
            .samples_mut()
            .iter_mut()
            .for_each(|v| *v = (f32::from(*v) * 0.9 + 20.0) as u8);
        assert!(kept(&before, &before, &everywhere()).unwrap() > 0.999);
        assert!(kept(&before, &brighter, &everywhere()).unwrap() > 0.95);
        assert!(kept(&before, &letters(4), &everywhere()).unwrap() < 0.4);
    }

    #[test]
    fn a_flat_region_has_nothing_to_lose() {
        let flat = Picture::filled(64, 64, Layout::Rgb, &[9, 9, 9]);
        assert_eq!(kept(&flat, &letters(0), &everywhere()), None);
    }

    #[test]
    fn small_pictures_are_one_window() {
        let tiny = Picture::new(2, 1, Layout::Grey, vec![0, 200]);
        assert!(kept(&tiny, &tiny, &Mask::new(2, 1, vec![255, 255])).unwrap() > 0.99);
    }
}
