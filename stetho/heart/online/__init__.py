"""S1 and S2 while they are heard: a small causal network, a duration Viterbi with a stated lag, beats and their rate."""
