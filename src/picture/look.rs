//! Pictures that explain: where a reply differs, and what may change.

use super::color::Lab;
use super::cover::Cover;
use super::{Layout, Picture, Weights};

/// The distance that is drawn at full heat, OKLab × 100.
const HOT: f32 = 20.0;

/// How far two pictures are apart, from black through red and yellow to white; the edit area and
/// what the reply does not show are dimmed source.
///
/// # Panics
/// When the sizes differ.
pub fn heat(source: &Picture, other: &Picture, weights: &Weights, cover: &Cover) -> Picture {
    assert_eq!(source.size(), other.size(), "size of the pictures");
    let width = source.width() as usize;
    let samples = source
        .rgb()
        .zip(other.rgb())
        .zip(weights.values())
        .enumerate()
        .flat_map(|(at, ((own, seen), weight))| {
            // A place within a picture, whose sides are 32-bit numbers.
            if *weight > 0 || !cover.holds((at % width) as u32, (at / width) as u32) {
                return own.map(|sample| 40 + sample / 4);
            }
            glow(Lab::from_srgb(own).distance(Lab::from_srgb(seen)) / HOT)
        })
        .collect();
    Picture::new(source.width(), source.height(), Layout::Rgb, samples)
}

/// A heat from 0 to 1 as a colour.
fn glow(heat: f32) -> [u8; 3] {
    let ramp = |from: f32| ((heat - from) * 3.0 * 255.0).clamp(0.0, 255.0) as u8;
    [ramp(0.0), ramp(1.0 / 3.0), ramp(2.0 / 3.0)]
}

/// The source with the edit area tinted red, the more the further it is open.
///
/// # Panics
/// When the sizes differ.
pub fn overlay(source: &Picture, weights: &Weights) -> Picture {
    assert_eq!(
        source.size(),
        (weights.width(), weights.height()),
        "size of the weights"
    );
    const TINT: [u16; 3] = [255, 40, 60];
    let samples = source
        .rgb()
        .zip(weights.values())
        .flat_map(|(own, weight)| {
            // Half the tint at full weight keeps the picture readable below it.
            let share = u16::from(*weight) / 2;
            std::array::from_fn::<u8, 3, _>(|channel| {
                let mixed = u16::from(own[channel]) * (255 - share) + TINT[channel] * share;
                // A weighted mean of two 8-bit samples fits in 8 bits.
                (mixed / 255) as u8
            })
        })
        .collect();
    Picture::new(source.width(), source.height(), Layout::Rgb, samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_pixels_stay_black_and_others_glow() {
        let source = Picture::filled(3, 1, Layout::Grey, &[100]);
        let mut other = source.clone();
        other.samples_mut()[1] = 250;
        let weights = Weights::new(
            &crate::picture::Mask::new(3, 1, vec![0, 0, 255]),
            crate::picture::Feather::NONE,
            None,
        );
        let map = heat(&source, &other, &weights, &Cover::everything(3, 1));
        assert_eq!(map.pixel(0, 0), [0, 0, 0]);
        assert_eq!(map.pixel(1, 0)[0], 255);
        assert_eq!(map.pixel(2, 0), [65, 65, 65]);
        assert!(overlay(&source, &weights).pixel(2, 0)[0] > 150);
        assert_eq!(overlay(&source, &weights).pixel(0, 0), [100, 100, 100]);
    }
}
