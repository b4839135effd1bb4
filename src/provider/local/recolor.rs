//! A masked object in another colour, with its own shading and shine.

use rayon::prelude::*;

use crate::picture::color::Lab;
use crate::picture::{Color, Mask, Picture, smooth_step};

/// Hue bins of the search for the object's own colour.
const BINS: usize = 36;
/// Below this chroma an object counts as grey, and all of it takes the colour.
const GREY: f32 = 0.035;
/// How far from the object's own hue a pixel may lie and still belong to it, in radians.
const HUE_REACH: f32 = 0.5;

/// What colour the object has: the lightness and chroma of its own hue.
#[derive(Debug, Clone, Copy)]
struct Own {
    l: f32,
    chroma: f32,
    hue: f32,
}

/// Gives the marked object the colour, keeping shading, shine and texture.
///
/// What has another hue than most of the object (a label, a reflection) and what is nearly grey and
/// bright (a highlight) stays.
pub(super) fn recolor(picture: &Picture, mask: &Mask, color: Color) -> Picture {
    let own = own_color(picture, mask);
    let target = Lab::from(color);
    let mut result = picture.clone();
    let (stride, width) = (picture.stride(), picture.width() as usize);
    let (layout, channels) = (picture.layout(), picture.layout().channels());
    result
        .samples_mut()
        .par_chunks_mut(stride.max(1))
        .zip(mask.coverage().par_chunks(width.max(1)))
        .for_each(|(row, coverage)| {
            for (pixel, coverage) in row.chunks_exact_mut(channels).zip(coverage) {
                if *coverage == 0 {
                    continue;
                }
                if channels < 3 {
                    // Grey has no colour to change, but it has the target's lightness.
                    let lab = change(
                        Lab::from_srgb([pixel[0]; 3]),
                        own,
                        Lab {
                            a: 0.0,
                            b: 0.0,
                            ..target
                        },
                    );
                    pixel[0] = lab.to_srgb()[0];
                    continue;
                }
                let lab = change(Lab::from_srgb([pixel[0], pixel[1], pixel[2]]), own, target);
                pixel[..3].copy_from_slice(&lab.to_srgb());
            }
        });
    debug_assert_eq!(result.layout(), layout);
    result
}

fn own_color(picture: &Picture, mask: &Mask) -> Own {
    let mut bins = [0.0_f32; BINS];
    let labs: Vec<Lab> = picture
        .rgb()
        .zip(mask.coverage())
        .filter(|(_, coverage)| **coverage > 127)
        // A few hundred thousand samples tell the colour as well as all do.
        .step_by((picture.pixels() / 200_000).max(1))
        .map(|(rgb, _)| Lab::from_srgb(rgb))
        .collect();
    let bin = |lab: &Lab| {
        (((lab.b.atan2(lab.a) / std::f32::consts::TAU + 1.0) * BINS as f32) as usize) % BINS
    };
    for lab in &labs {
        bins[bin(lab)] += lab.chroma();
    }
    // A hue may lie on the border of two bins, so each counts with its neighbours.
    let mass = |n: usize| bins[(n + BINS - 1) % BINS] + 2.0 * bins[n] + bins[(n + 1) % BINS];
    let best = (0..BINS)
        .max_by(|a, b| mass(*a).total_cmp(&mass(*b)))
        .unwrap_or(0);
    let near = |lab: &&Lab| {
        let apart = (bin(lab) + BINS - best) % BINS;
        apart <= 1 || apart == BINS - 1
    };
    let members: Vec<Lab> = labs.iter().filter(near).copied().collect();
    let median = |mut values: Vec<f32>| {
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.5)
    };
    let a = median(members.iter().map(|lab| lab.a).collect());
    let b = median(members.iter().map(|lab| lab.b).collect());
    let chroma = a.hypot(b);
    let all = if chroma < GREY { &labs } else { &members };
    Own {
        l: median(all.iter().map(|lab| lab.l).collect()),
        chroma,
        hue: b.atan2(a),
    }
}

fn change(lab: Lab, own: Own, target: Lab) -> Lab {
    // How much of its colour, and how much of its lightness, a pixel has from the object.
    let (tint, body) = if own.chroma < GREY {
        // A grey object: everything but its brightest shine takes the colour.
        let matte = 1.0 - smooth_step((lab.l - 0.9) / 0.1);
        (matte, matte)
    } else {
        let apart = {
            let difference = (lab.b.atan2(lab.a) - own.hue).abs();
            difference.min(std::f32::consts::TAU - difference)
        };
        let hue = 1.0 - smooth_step((apart - HUE_REACH * 0.6) / (HUE_REACH * 0.4));
        // Dark pixels have little chroma whatever their colour: judge chroma by lightness. A pale
        // pixel of the object's hue is shine: its tint goes with the object, its lightness stays.
        let saturation = lab.chroma() / own.chroma * (own.l / lab.l.max(0.05));
        (hue, hue * smooth_step((saturation - 0.15) / 0.35))
    };
    // Shading is a factor on lightness, so shadows stay in proportion; softened, because a lighter
    // colour would have its highlights burnt out.
    let shade = (lab.l / own.l.max(0.05)).powf(0.85);
    let l = (target.l * shade).min(1.0);
    let strength = if own.chroma < GREY {
        1.0
    } else {
        (lab.chroma() / own.chroma).min(1.6)
    };
    let fade = (l / target.l.max(0.05)).min(1.0).sqrt();
    let (a, b) = (target.a * strength * fade, target.b * strength * fade);
    Lab {
        l: lab.l + (l - lab.l) * body,
        a: lab.a + (a - lab.a) * tint,
        b: lab.b + (b - lab.b) * tint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;

    #[test]
    fn the_object_takes_the_colour_and_the_rest_stays() {
        // A red ramp with a white highlight.
        let mut samples = Vec::new();
        for x in 0..64_u8 {
            samples.extend(if x < 60 {
                [100 + x, 20 + x / 4, 20 + x / 4]
            } else {
                [250, 250, 250]
            });
        }
        let picture = Picture::new(64, 1, Layout::Rgb, samples);
        let mask = Mask::new(64, 1, vec![255; 64]);
        let target = Color([40, 110, 90]);
        let result = recolor(&picture, &mask, target);
        let middle = result.pixel(30, 0);
        let difference =
            Lab::from_srgb([middle[0], middle[1], middle[2]]).distance(Lab::from(target));
        assert!(
            difference < 6.0,
            "{middle:?} is {difference} from the target"
        );
        assert_eq!(result.pixel(62, 0), [250, 250, 250]);
        assert!(
            result.pixel(2, 0)[1] < result.pixel(55, 0)[1],
            "shading stays"
        );
    }
}
