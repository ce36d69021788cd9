//! System calls through a kernel on a machine: what they answer, and what they leave behind. What is said of Linux was seen
//! on Linux 6.18 on x86-64, with files on a tmpfs, unless a comment names another source.

mod any;
mod brk;
mod descriptors;
mod execve;
mod lab;
mod life;
mod limits;
mod malloc;
mod parameters;
mod places;
mod recorded;
mod touching;
mod transfer;
