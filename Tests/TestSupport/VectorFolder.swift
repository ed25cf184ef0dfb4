package import Foundation

/// Third-party vectors, which live beside the project and never in it.
package enum VectorFolder {
    /// `VECTORS` if set, else `../shared/vectors` beside the package; `nil` when it is not there.
    package static let thirdParty: URL? = {
        let path =
            ProcessInfo.processInfo.environment["VECTORS"]
            ?? packageRoot.appending(path: "../shared/vectors").path
        return FileManager.default.fileExists(atPath: path) ? URL(filePath: path) : nil
    }()

    /// The folder that holds `Package.swift`.
    package static let packageRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The bytes of a third-party file.
    package static func data(_ path: String) throws -> Data {
        guard let thirdParty else { throw CocoaError(.fileNoSuchFile) }
        return try Data(contentsOf: thirdParty.appending(path: path))
    }
}
