#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Makes a file that only its owner can read, where there is none: for what nobody else may know.
package func makePrivateFile(at path: String) {
    // One that is there is not opened: closing it would let go of the locks that this process holds on it elsewhere.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 { close(descriptor) }
}

/// Makes a file that only its owner can read, whole or not at all, where there is none: `fill` fills it under another name. Of several
/// who make it at once, one makes it.
///
/// - Throws: `unavailable`; what `fill` throws.
package func makePrivateFile(
    at path: String, filledBy fill: (_ temporary: String) throws(JournalError) -> Void
) throws(JournalError) {
    if unsafe access(path, F_OK) == 0 { return }
    var generator = SystemRandomNumberGenerator()
    let temporary = "\(path).\(String(generator.next(), radix: 36)).new"
    makePrivateFile(at: temporary)
    defer { _ = unsafe unlink(temporary) }
    try fill(temporary)
    // What is there already is another's, and stays.
    guard unsafe link(temporary, path) == 0 || errno == EEXIST else {
        throw .unavailable("\(path) cannot be made")
    }
}
