"""Forms that are open to the public: whoever has the address may send one record and sees none."""
