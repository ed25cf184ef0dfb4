internal import Synchronization
internal import TegataCrypto
internal import TegataSDJWT

/// What somebody answered, or why it does not count.
typealias Answered<Value> = Result<Value, Reason>
typealias Reason = ServiceFault.Reason

extension ServiceFault.Reason: Error {}

extension IdentityServices {
    /// Asks services until `isEnough`, as many at a time as may be enough; each that fails makes room for the next, and is
    /// named.
    func ask<Service: Sendable, Value: Sendable>(
        _ services: [Service], atOnce count: Int, within patience: Duration,
        named name: (Service) -> ServiceFault.Service,
        _ question: @escaping @Sendable (Service) async throws(Refusal) -> Value,
        taking take: (Service, Value) -> Reason?,
        refused: (Refusal) -> Void = { _ in }, until isEnough: () -> Bool
    ) async {
        await withTaskGroup(of: (Service, Answered<Value>).self) { group in
            var waiting = services[...]
            func start(_ waiting: inout ArraySlice<Service>) {
                guard let next = waiting.popFirst() else { return }
                group.addTask {
                    (
                        next,
                        await within(patience) { () throws(Refusal) in
                            try await question(next)
                        }
                    )
                }
            }
            for _ in 0..<count { start(&waiting) }
            while !isEnough(), let (service, answer) = await group.next() {
                let reason: Reason? =
                    switch answer {
                    case .success(let value): take(service, value)
                    case .failure(let reason): reason
                    }
                guard let reason else { continue }
                if case .refused(let refusal) = reason { refused(refusal) }
                onFault(ServiceFault(service: name(service), reason: reason))
                start(&waiting)
            }
            group.cancelAll()
        }
    }
}

/// The outcome of `work`, or `late` once `patience` is over, whether or not `work` takes notice.
private func within<Value: Sendable>(
    _ patience: Duration, _ work: @escaping @Sendable () async throws(Refusal) -> Value
) async -> Answered<Value> {
    await withCheckedContinuation { continuation in
        let first = First(continuation)
        let task = Task {
            do throws(Refusal) {
                first.finish(.success(try await work()))
            } catch {
                first.finish(.failure(.refused(error)))
            }
        }
        let timer = Task {
            try? await Task.sleep(for: patience)
            first.finish(.failure(.late))
        }
        // Whoever comes second is stopped; what is finished already does not mind.
        first.afterwards {
            task.cancel()
            timer.cancel()
        }
    }
}

/// Takes the first of several outcomes.
private final class First<Value: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Answered<Value>, Never>?
        var stop: (@Sendable () -> Void)?
    }
    private let state: Mutex<State>

    init(_ continuation: CheckedContinuation<Answered<Value>, Never>) {
        state = Mutex(State(continuation: continuation))
    }

    func finish(_ outcome: Answered<Value>) {
        let (continuation, stop) = state.withLock { state in
            defer { state.continuation = nil }
            return (state.continuation, state.stop)
        }
        continuation?.resume(returning: outcome)
        stop?()
    }

    func afterwards(_ stop: @escaping @Sendable () -> Void) {
        let isFinished = state.withLock { state in
            state.stop = stop
            return state.continuation == nil
        }
        if isFinished { stop() }
    }
}
