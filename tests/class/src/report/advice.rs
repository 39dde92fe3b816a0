//! Explains each state to a student, and what to do about it.

use crate::results::State;

/// Explains why a server got no further than this state.
pub fn meaning(state: State) -> Option<&'static str> {
    Some(match state {
        State::Passed | State::Partly => return None,
        State::DoesNotCompile => "Your server doesn't compile, so no scenario could be played.",
        State::DoesNotStart => "Your server doesn't start, so no scenario could be played.",
        State::BuildTimedOut => {
            "Building your server took too long here, so no scenario could be played."
        }
        State::RunTimedOut => {
            "Your server stopped answering, so the scenarios after that weren't played."
        }
        State::Unreachable => {
            "Nobody answered at the address that you handed in, so no scenario could be played."
        }
        State::NotHandedIn => "There was no server to check under your name.",
        State::Skipped => "Your work wasn't tried, for the reason below.",
        State::Error => "Something went wrong here while your work was being checked.",
    })
}

/// Says what to do about it.
pub fn advice(state: State) -> Option<&'static str> {
    Some(match state {
        State::Passed | State::Partly => return None,
        State::DoesNotCompile => {
            "Fix the first error first: the errors after it often disappear with it."
        }
        State::DoesNotStart => {
            "Your program has to start a server and print its address, and the server has to answer there. If \
                                it does on your machine, tell your instructor."
        }
        State::BuildTimedOut => {
            "If your server builds quickly on your machine, tell your instructor. If it doesn't, remove the \
                                 dependencies that the lesson doesn't need."
        }
        State::RunTimedOut => {
            "Look for a loop without an `.await`, or for a call that blocks the thread, such as \
                               `std::thread::sleep`."
        }
        State::Unreachable => {
            "Check that your server is running, that the address and the port are right, and that other \
                               machines can reach it. Then ask your instructor to try again."
        }
        State::NotHandedIn => {
            "If you did hand in something, tell your instructor: it may be under a different name."
        }
        State::Skipped => {
            "Hand in your copy as a folder or as a plain archive, without crates, build scripts or macros that the \
             lesson doesn't use."
        }
        State::Error => {
            "It isn't your fault, and there's nothing for you to do: ask your instructor to check it again."
        }
    })
}
