internal import Foundation
internal import ServiceKit
public import Tegata

/// Trust that comes from a signed bundle instead of the issuers' own sites: files that the operator brings up to date, so that the
/// counter works without a network (Spec/trust-bundle.md).
public struct BundleTrust: Sendable {
    /// The pin's file: whose bundles are believed. It is written anew with each newer bundle.
    public let pin: String
    /// The bundle's file.
    public let bundle: String
    /// The folder with kept status lists.
    public let statuses: String

    /// These files.
    public init(pin: String, bundle: String, statuses: String) {
        self.pin = pin
        self.bundle = bundle
        self.statuses = statuses
    }

    /// The bundle in force. The next pin is on the disk before anything of it is believed.
    ///
    /// - Throws: `Refusal` for a bundle that does not count; what the file system says.
    public func open() throws -> TrustBundle {
        func text(_ path: String) throws -> String {
            guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 20,
                let text = String(validating: data, as: UTF8.self)
            else { throw KeyFile.Problem(description: "\(path) cannot be read (読めません)") }
            return text
        }
        let kept = try text(pin)
        let opened = try TrustPin(parsing: kept).open(try text(bundle))
        if opened.pin.encoded != kept {
            try KeyFile.write(Array(opened.pin.encoded.utf8), to: pin)
        }
        return opened
    }

    /// Where a verifier looks statuses up: on its own disk, never elsewhere.
    var folder: StatusFolder { StatusFolder(at: statuses) }
}

/// Status lists as their issuers serve them, for the folder.
public struct ServedStatuses: StatusSource {
    private let fetcher: Fetcher

    /// Of whoever serves them; on this machine too when the asking service itself runs on loopback.
    public init(fromLoopback: Bool) { fetcher = Fetcher(fromLoopback: fromLoopback) }

    /// The list at `uri`.
    public func statusList(at uri: String) async throws -> String {
        try await fetcher.text(
            at: uri, limit: 16 << 20, types: ["application/statuslist+jwt"])
    }
}
