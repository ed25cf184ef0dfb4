public import TegataSDJWT

/// What one attestor or node did wrong, by name: for the operator who has to talk to them. It holds nothing about the
/// person.
public struct ServiceFault: Error, Hashable, Sendable {
    /// Whose fault it is.
    public enum Service: Hashable, Sendable {
        /// An attestor, by its x-only key in hexadecimal.
        case attestor(String)
        /// A node, by its number.
        case node(Int)
    }

    /// What was wrong.
    public enum Reason: Hashable, Sendable {
        /// No answer in time.
        case late
        /// It refused, or could not be reached.
        case refused(Refusal)
        /// An answer in no accepted form.
        case malformed
        /// A signature under another key than its own, or one that does not verify.
        case signatureInvalid
        /// An evaluation that is not proven under its published key: a wrong share, a wrong proof, another epoch's key.
        case proofInvalid
        /// It speaks of another session, or says something else than the others.
        case contradicts
    }

    /// Whose fault it is.
    public let service: Service
    /// What was wrong.
    public let reason: Reason
}

extension ServiceFault: CustomStringConvertible {
    /// A sentence for the operator.
    public var description: String {
        let name =
            switch service {
            case .attestor(let key): "attestor \(key.prefix(8))"
            case .node(let number): "node \(number)"
            }
        return switch reason {
        case .late: "\(name) did not answer in time"
        case .refused(let refusal): "\(name) refused: \(refusal.rawValue)"
        case .malformed: "\(name) answered in no accepted form"
        case .signatureInvalid: "\(name) gave a signature that is not its own"
        case .proofInvalid: "\(name) gave an evaluation that its published key does not prove"
        case .contradicts: "\(name) contradicts the session or the other services"
        }
    }
}
