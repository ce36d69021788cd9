//! Figures as drawings, in lines and text; and how a format gets them.

mod bits;
mod figure;
mod layout;
mod picture;
mod ruler;
mod shapes;
mod sharing;
mod svg;
mod tables;

pub use figure::drawings;
pub use picture::picture;
pub use shapes::Canvas;
pub use svg::svg;
