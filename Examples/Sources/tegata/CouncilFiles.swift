import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata
import TegataArchive

/// A site's seat in a file that only its owner may read.
struct SeatFile {
    let path: String

    private struct Stored: Codable {
        let council: String
        let number: Int
        let secret: String
    }

    func write(_ seat: CouncilSeat) throws {
        let stored = Stored(
            council: hexadecimal(seat.council.encoded), number: seat.number,
            secret: hexadecimal(seat.exposedRawRepresentation))
        try KeyFile.write([UInt8](JSONEncoder().encode(stored)), to: path)
    }

    /// - Throws: `KeyFile.Problem` for what is no seat.
    func seat() throws -> CouncilSeat {
        guard FileManager.default.fileExists(atPath: path) else {
            throw KeyFile.Problem(description: "\(path): \(language(.noFile))")
        }
        let text = Data(try KeyFile.read(path))
        do {
            let stored = try JSONDecoder().decode(Stored.self, from: text)
            return try CouncilSeat(
                council: Council(parsing: bytes(hexadecimal: stored.council)),
                number: stored.number, rawRepresentation: bytes(hexadecimal: stored.secret))
        } catch {
            throw KeyFile.Problem(description: "\(path): \(language(.noSeat))")
        }
    }
}

/// What a council is asked to sign.
struct CouncilDocument {
    private enum Content {
        case manifest(ArchiveManifest)
        case report(RestoreReport)
        case relocation(Relocation)
    }

    /// What is signed: the issuer's text, without a council's signature that it may have already.
    let text: String
    private let content: Content

    /// - Throws: what is wrong with the file; `typeMismatch` for a text of another kind, and what the issuer's own signature lacks.
    init(file path: String, of profile: IssuerProfile) throws {
        let line = try Texts.line(path, atMost: ArchiveManifest.maximumSize)
        text = String(line.prefix { $0 != "~" })
        content = try Self.content(text, profile)
    }

    private static func content(
        _ text: String, _ profile: IssuerProfile
    ) throws(Refusal) -> Content {
        do throws(Refusal) {
            return .manifest(try ArchiveManifest(proposed: text, from: profile))
        } catch {
            guard error == .typeMismatch else { throw error }
        }
        do throws(Refusal) {
            return .report(try RestoreReport(proposed: text, from: profile))
        } catch {
            guard error == .typeMismatch else { throw error }
        }
        return .relocation(try Relocation(proposed: text, from: profile))
    }

    /// What whoever signs agrees to.
    var words: String {
        switch content {
        case .manifest(let manifest):
            language(
                .manifestSays(
                    manifest.issuer, manifest.key.name, Int(manifest.part), manifest.size)
            ).line
        case .report(let report):
            language(.reportSays(report.issuer, report.size, report.published)).line
        case .relocation(let relocation):
            language(
                .relocationSays(
                    relocation.issuer, relocation.site, relocation.number, relocation.size)
            ).line
        }
    }
}
