import Foundation
import Pages
import ServiceKit
import Tegata
import TegataArchive

/// An archive's parts in a folder: `0000.tegata` and `0000.manifest`, and so on. A part is there when its manifest is.
struct ArchiveFolder {
    let path: String

    func file(_ part: Int) -> String { "\(path)/\(name(part)).tegata" }

    func manifest(_ part: Int) -> String { "\(path)/\(name(part)).manifest" }

    private func name(_ part: Int) -> String {
        let digits = String(part)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The manifests from part 0 on, as far as they go without a gap.
    func manifests() throws -> [String] {
        var texts = [String]()
        while FileManager.default.fileExists(atPath: manifest(texts.count)) {
            texts.append(
                try Texts.line(manifest(texts.count), atMost: ArchiveManifest.maximumSize))
        }
        return texts
    }

    func parts() throws -> [Restorer.Part] {
        try manifests().enumerated().map { number, text in
            let file = ArchiveFile(at: file(number))
            return Restorer.Part(manifest: text) { try await file.read(atMost: $0) }
        }
    }
}

/// The right to write into an archive's folder, until it is let go of or the process ends: a timer that is faster than a part is long would
/// have two write the same one.
final class FolderLock {
    private let descriptor: Int32

    /// - Throws: `KeyFile.Problem` while another process has it.
    init(_ folder: ArchiveFolder) throws {
        let path = folder.path + "/.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw KeyFile.Problem(description: "\(path): \(language(.archiveBusy))")
        }
    }

    deinit { close(descriptor) }
}
