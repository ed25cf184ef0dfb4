internal import Foundation
public import Tegata

/// Where the attestors and nodes of several issuers are: a JSON file, each issuer by its identifier.
///
/// ```json
/// {"https://school.example": {"attestors": ["4987ec…=https://north.example"], "attestorThreshold": 1,
///                             "nodes": ["1=https://node.example"], "nodeThreshold": 1}}
/// ```
public struct ServicesFile: Sendable {
    private let issuers: [String: Entry]

    private struct Entry: Decodable {
        let attestors: [String]
        let attestorThreshold: Int?
        let nodes: [String]
        let nodeThreshold: Int?
    }

    /// Reads a file.
    ///
    /// - Throws: `KeyFile.Problem`, which says what is wrong with it.
    public init(_ path: String) throws {
        do {
            issuers = try JSONDecoder().decode(
                [String: Entry].self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw KeyFile.Problem(
                description: """
                    \(path) names no services (読めません): {"https://issuer.example": {"attestors": ["KEY=URL"], "nodes": ["1=URL"]}}
                    """)
        }
    }

    /// The ways to them, by issuer. Nobody is asked yet.
    ///
    /// - Parameters:
    ///   - isTest: whether the attestors accept test ID cards.
    ///   - fromLoopback: whether this machine may be asked, in the open.
    /// - Returns: the services of each issuer.
    /// - Throws: as `RemoteServices.open`.
    public func open(isTest: Bool, fromLoopback: Bool) throws -> [String: IdentityServices] {
        try issuers.mapValues { entry in
            try RemoteServices(
                attestors: entry.attestors, threshold: entry.attestorThreshold ?? 1,
                nodes: entry.nodes, threshold: entry.nodeThreshold ?? 1
            ).open(isTest: isTest, fromLoopback: fromLoopback)
        }
    }
}
