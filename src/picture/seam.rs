//! How visible the edge of an edit is.
//!
//! Along the normals of the edit area's border, the mean colour of two pixels just outside the
//! feather band is compared with that of two pixels just inside the whole of it, as OKLab
//! distance × 100.

use super::color::{Lab, rgb};
use super::{Picture, Weights};

/// The most places that are looked at: more tell nothing new.
const PLACES: usize = 20_000;
/// How far a normal is followed before the band is taken to have no inner edge.
const FARTHEST: u32 = super::feather::WIDEST as u32 + 8;

/// Where the strips of one place of the border lie.
#[derive(Debug, Clone, Copy)]
struct Strips {
    outside: [(u32, u32); 2],
    inside: [(u32, u32); 2],
}

/// The border of an edit area: where its strips lie.
#[derive(Debug, Clone)]
pub struct Seam {
    strips: Vec<Strips>,
}

impl Seam {
    /// Finds the border.
    pub fn of(weights: &Weights) -> Self {
        let mut border = Vec::new();
        for y in 0..weights.height() {
            for x in 0..weights.width() {
                if weights.at(x, y) == 0 && touches(weights, x, y) {
                    border.push((x, y));
                }
            }
        }
        let every = border.len().div_ceil(PLACES).max(1);
        let strips = border
            .iter()
            .step_by(every)
            .filter_map(|(x, y)| strips(weights, *x, *y))
            .collect();
        Self { strips }
    }

    /// The mean step from outside to inside; `None` where there is no border.
    ///
    /// `outside` and `inside` are the same picture when a finished one is judged.
    pub fn step(&self, outside: &Picture, inside: &Picture) -> Option<f64> {
        if self.strips.is_empty() {
            return None;
        }
        let sum: f64 = self
            .strips
            .iter()
            .map(|strips| {
                let (a, b) = (mean(outside, strips.outside), mean(inside, strips.inside));
                f64::from(a.distance(b))
            })
            .sum();
        Some(sum / self.strips.len() as f64)
    }

    /// How far two pictures are apart just outside the border, on average.
    pub fn outside(&self, one: &Picture, other: &Picture) -> Option<f64> {
        let sum: f64 = self
            .strips
            .iter()
            .map(|strips| {
                f64::from(mean(one, strips.outside).distance(mean(other, strips.outside)))
            })
            .sum();
        (!self.strips.is_empty()).then(|| sum / self.strips.len() as f64)
    }
}

fn touches(weights: &Weights, x: u32, y: u32) -> bool {
    (x > 0 && weights.at(x - 1, y) > 0)
        || (y > 0 && weights.at(x, y - 1) > 0)
        || (x + 1 < weights.width() && weights.at(x + 1, y) > 0)
        || (y + 1 < weights.height() && weights.at(x, y + 1) > 0)
}

/// The strips of a locked pixel at the border; `None` where they would leave the picture, or the
/// area is too thin to have an inside.
fn strips(weights: &Weights, x: u32, y: u32) -> Option<Strips> {
    let (nx, ny) = normal(weights, x, y)?;
    let along = |steps: f32| -> Option<(u32, u32)> {
        let (u, v) = (
            (x as f32 + nx * steps).round(),
            (y as f32 + ny * steps).round(),
        );
        let inside =
            u >= 0.0 && v >= 0.0 && u < weights.width() as f32 && v < weights.height() as f32;
        // Within the picture, so the casts lose nothing.
        inside.then_some((u as u32, v as u32))
    };
    let weight = |place: (u32, u32)| weights.at(place.0, place.1);
    let outside = [(x, y), along(-1.0)?];
    if weight(outside[1]) > 0 {
        return None;
    }
    let (mut most, mut level) = (0, 0);
    for steps in 1..FARTHEST {
        let own = weight(along(steps as f32)?);
        level = if own > most { 0 } else { level + 1 };
        most = most.max(own);
        // The whole of the band is crossed at full weight, or where a thin area's ramp ends; rounded
        // places repeat now and then.
        if own == 255 || level > 3 {
            let first = (steps - level) as f32;
            let inside = [along(first)?, along(first + 1.0)?];
            let within = inside.iter().all(|place| weight(*place) > 0);
            return within.then_some(Strips { outside, inside });
        }
    }
    None
}

/// The direction into the edit area, from where its pixels lie around; length 1.
fn normal(weights: &Weights, x: u32, y: u32) -> Option<(f32, f32)> {
    const AROUND: u32 = 3;
    let (mut nx, mut ny) = (0.0, 0.0);
    for v in y.saturating_sub(AROUND)..=(y + AROUND).min(weights.height() - 1) {
        for u in x.saturating_sub(AROUND)..=(x + AROUND).min(weights.width() - 1) {
            if weights.at(u, v) > 0 {
                nx += u as f32 - x as f32;
                ny += v as f32 - y as f32;
            }
        }
    }
    let length = nx.hypot(ny);
    (length > 0.5).then(|| (nx / length, ny / length))
}

fn mean(picture: &Picture, places: [(u32, u32); 2]) -> Lab {
    let [a, b] = places.map(|(x, y)| Lab::from_srgb(rgb(picture.pixel(x, y))));
    Lab {
        l: f32::midpoint(a.l, b.l),
        a: f32::midpoint(a.a, b.a),
        b: f32::midpoint(a.b, b.b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Feather, FeatherInto, Layout, Mask, composite};

    fn disc(feather: f32, into: FeatherInto) -> Weights {
        let inside = |at: u32| ((at % 100) as f32 - 50.0).hypot((at / 100) as f32 - 50.0) < 25.0;
        let coverage = (0..10_000)
            .map(|at| if inside(at) { 255 } else { 0 })
            .collect();
        Weights::new(
            &Mask::new(100, 100, coverage),
            Feather {
                pixels: feather,
                into,
            },
            None,
        )
    }

    #[test]
    fn the_step_is_measured_across_the_whole_band() {
        let source = Picture::filled(100, 100, Layout::Grey, &[100]);
        let reply = Picture::filled(100, 100, Layout::Grey, &[110]);
        let whole = f64::from(Lab::from_srgb([100; 3]).distance(Lab::from_srgb([110; 3])));
        for into in [FeatherInto::Edit, FeatherInto::Keep, FeatherInto::Both] {
            for feather in [0.0, 4.0, 12.0] {
                let weights = disc(feather, into);
                let result = composite(&source, &reply, &weights);
                let step = Seam::of(&weights).step(&result, &result).unwrap();
                assert!(
                    (step - whole).abs() < 0.15,
                    "{into:?} {feather}: {step} {whole}"
                );
            }
        }
    }

    #[test]
    fn an_unchanged_picture_has_no_seam() {
        let source = Picture::filled(100, 100, Layout::Rgb, &[9, 200, 30]);
        assert_eq!(
            Seam::of(&disc(6.0, FeatherInto::Edit)).step(&source, &source),
            Some(0.0)
        );
    }

    #[test]
    fn without_a_border_there_is_none() {
        let source = Picture::filled(8, 8, Layout::Rgb, &[9, 200, 30]);
        let weights = Weights::everything(8, 8, None);
        assert_eq!(Seam::of(&weights).step(&source, &source), None);
    }
}
