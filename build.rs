//! Makes the compiler notice when the front end was rebuilt: its files become part of the binary.

fn main() {
    // A missing folder would make every build run this script again.
    if std::fs::create_dir_all("frontend/dist").is_ok() {
        println!("cargo::rerun-if-changed=frontend/dist");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
