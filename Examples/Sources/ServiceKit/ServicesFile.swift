internal import Foundation
public import Tegata

/// The attestors and nodes of one issuer's editions, as a JSON file names them:
/// `{"attestors": ["4987ec…=https://north.example"], "attestorThreshold": 1, "nodes": ["1=https://node.example"], "nodeThreshold": 1}`.
public struct NamedServices: Decodable, Sendable {
    private let attestors: [String]
    private let attestorThreshold: Int?
    private let nodes: [String]
    private let nodeThreshold: Int?

    /// Reads a file.
    ///
    /// - Throws: `KeyFile.Problem`, which says what is wrong with it.
    public init(_ path: String) throws {
        do {
            self = try JSONDecoder().decode(
                Self.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw KeyFile.Problem(
                description: """
                    \(path) names no services (読めません): {"attestors": ["KEY=URL"], "attestorThreshold": 1, "nodes": ["1=URL"], "nodeThreshold": 1}
                    """)
        }
    }

    /// The ways to them. Nobody is asked yet.
    ///
    /// - Parameters:
    ///   - isTest: whether the attestors accept test ID cards.
    ///   - fromLoopback: whether this machine may be asked, in the open.
    ///   - onFault: is told who does not answer, or not truly.
    /// - Returns: the services.
    /// - Throws: as `RemoteServices.open`.
    public func open(
        isTest: Bool, fromLoopback: Bool,
        onFault: @escaping @Sendable (ServiceFault) -> Void = { _ in }
    ) throws -> IdentityServices {
        try RemoteServices(
            attestors: attestors, threshold: attestorThreshold ?? 1, nodes: nodes,
            threshold: nodeThreshold ?? 1
        ).open(isTest: isTest, fromLoopback: fromLoopback, onFault: onFault)
    }
}

/// Where the attestors and nodes of several issuers are: a JSON file, each issuer by its identifier.
///
/// ```json
/// {"https://school.example": {"attestors": ["4987ec…=https://north.example"], "attestorThreshold": 1,
///                             "nodes": ["1=https://node.example"], "nodeThreshold": 1}}
/// ```
public struct ServicesFile: Sendable {
    private let issuers: [String: NamedServices]

    /// Reads a file.
    ///
    /// - Throws: `KeyFile.Problem`, which says what is wrong with it.
    public init(_ path: String) throws {
        do {
            issuers = try JSONDecoder().decode(
                [String: NamedServices].self, from: Data(contentsOf: URL(filePath: path)))
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
        try issuers.mapValues { named in
            try named.open(isTest: isTest, fromLoopback: fromLoopback)
        }
    }
}
