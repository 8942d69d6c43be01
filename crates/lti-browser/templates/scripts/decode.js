  // Objects are what the specification says; one platform sends them as text.
  const decode = (data) => {
    let value = data;
    if (typeof value === "string" && value.length <= 65536) {
      try {
        value = JSON.parse(value);
      } catch {
        return null;
      }
    }
    return typeof value === "object" ? value : null;
  };
