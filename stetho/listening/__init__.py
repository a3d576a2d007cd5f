"""What a person hears: modes, gain, and the removal of hum, spikes and noise. Never applied to what is recorded or scored."""
