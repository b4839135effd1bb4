//! The picture at one size of the pyramid: colours, and where the gap is.

use crate::picture::export::{Filter, scale};
use crate::picture::{Layout, Mask, Picture, Region};

/// A patch reaches this far from its middle.
pub(super) const REACH: i32 = 3;

/// A picture at one size: colours, and where the gap is.
#[derive(Clone)]
pub(super) struct Level {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) color: Vec<[f32; 3]>,
    pub(super) gap: Vec<bool>,
}

impl Level {
    pub(super) fn of_window(picture: &Picture, mask: &Mask, window: Region, by: f64) -> Self {
        let side = |pixels: u32| ((f64::from(pixels) * by).round() as u32).max(1);
        let (width, height) = (side(window.width), side(window.height));
        let mut samples = Vec::with_capacity((window.width * window.height) as usize * 4);
        let mut rgb = picture.rgb();
        // Known pixels are opaque, the gap is transparent: scaling then mixes no gap into the rest.
        for y in 0..picture.height() {
            for x in 0..picture.width() {
                let color = rgb.next().unwrap_or_default();
                let inside = (window.x..window.x + window.width).contains(&x)
                    && (window.y..window.y + window.height).contains(&y);
                if inside {
                    samples.extend(color);
                    samples.push(if mask.at(x, y) > 0 { 0 } else { 255 });
                }
            }
        }
        let cut = Picture::new(window.width, window.height, Layout::Rgba, samples);
        let small = scale(&cut, width, height, Filter::Bilinear);
        let color = small.rgb().map(|rgb| rgb.map(f32::from)).collect();
        let gap = small
            .samples()
            .chunks_exact(4)
            .map(|pixel| pixel[3] < 250)
            .collect();
        Self {
            width: width as usize,
            height: height as usize,
            color,
            gap,
        }
    }

    /// Half the size; a pixel is known when at least two of its four are.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut color = Vec::with_capacity(width * height);
        let mut gap = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (mut sum, mut known) = ([0.0; 3], 0);
                for (u, v) in [
                    (2 * x, 2 * y),
                    (2 * x + 1, 2 * y),
                    (2 * x, 2 * y + 1),
                    (2 * x + 1, 2 * y + 1),
                ] {
                    let at = v.min(self.height - 1) * self.width + u.min(self.width - 1);
                    if !self.gap[at] {
                        known += 1;
                        for (sum, value) in sum.iter_mut().zip(self.color[at]) {
                            *sum += value;
                        }
                    }
                }
                gap.push(known < 2);
                color.push(sum.map(|sum: f32| sum / (known.max(1) as f32)));
            }
        }
        Self {
            width,
            height,
            color,
            gap,
        }
    }

    /// Whether a whole patch of known pixels lies around each pixel.
    pub(super) fn sources(&self) -> Vec<bool> {
        let (w, h) = (self.width as i32, self.height as i32);
        let clear = |x: i32, y: i32| {
            x >= REACH && y >= REACH && x < w - REACH && y < h - REACH && {
                (y - REACH..=y + REACH)
                    .all(|v| (x - REACH..=x + REACH).all(|u| !self.gap[(v * w + u) as usize]))
            }
        };
        (0..w * h).map(|at| clear(at % w, at / w)).collect()
    }

    /// The pixels whose patch touches the gap.
    pub(super) fn targets(&self) -> Vec<usize> {
        let (w, h) = (self.width as i32, self.height as i32);
        let touches = |x: i32, y: i32| {
            ((y - REACH).max(0)..=(y + REACH).min(h - 1)).any(|v| {
                ((x - REACH).max(0)..=(x + REACH).min(w - 1))
                    .any(|u| self.gap[(v * w + u) as usize])
            })
        };
        (0..w * h)
            .filter(|at| touches(at % w, at / w))
            .map(|at| at as usize)
            .collect()
    }

    /// How far each pixel of the gap lies from the known part, in pixels of the grid.
    pub(super) fn depths(&self) -> Vec<f32> {
        let far = (self.width + self.height) as f32;
        let mut depth: Vec<f32> = self
            .gap
            .iter()
            .map(|gap| if *gap { far } else { 0.0 })
            .collect();
        let (w, h) = (self.width, self.height);
        for pass in 0..2 {
            for step in 0..w * h {
                let at = if pass == 0 { step } else { w * h - 1 - step };
                let (x, y) = (at % w, at / w);
                let mut best = depth[at];
                if pass == 0 {
                    if x > 0 {
                        best = best.min(depth[at - 1] + 1.0)
                    }
                    if y > 0 {
                        best = best.min(depth[at - w] + 1.0)
                    }
                } else {
                    if x + 1 < w {
                        best = best.min(depth[at + 1] + 1.0)
                    }
                    if y + 1 < h {
                        best = best.min(depth[at + w] + 1.0)
                    }
                }
                depth[at] = best;
            }
        }
        depth
    }
}
